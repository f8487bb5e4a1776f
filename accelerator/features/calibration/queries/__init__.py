"""What the pages of a calibration round show: choosing, all offsets, one's own alone."""
