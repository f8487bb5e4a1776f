"""What people do about accounts: sign-ins, passwords, profiles, administration, roles."""
