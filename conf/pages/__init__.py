"""What the pages for people share: templates, looks, and what a browser may do with them."""
