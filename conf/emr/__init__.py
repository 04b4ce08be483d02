"""Verger on EMR: what is packed, deployed and run there."""
