"""The chat channels that hear of a programme, in the forms of Slack and Teams."""
