"""The layer every function shares: Visma Severa and Fortnox kept in step."""
