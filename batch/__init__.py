"""The nightly refit: moments of the current features, their principal components, and what is made of them."""
