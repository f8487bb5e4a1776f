"""What the pages of a final round show: choosing, judging, and the order so far."""
