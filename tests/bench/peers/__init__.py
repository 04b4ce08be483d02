"""What one would use instead of Verger, each written as its own documentation does it."""
