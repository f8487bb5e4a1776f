"""What administrators look after: messages and whether they leave, and the audit log."""
