"""What changes in reviewing: who is asked, what they answer, what they write."""
