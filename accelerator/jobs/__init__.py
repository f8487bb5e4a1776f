"""The timetable: wake up, call a service. Each job is one short transaction after another."""
