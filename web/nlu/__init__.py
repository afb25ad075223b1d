"""Labelled lines as training data, and the models learned from them: trained, compared, put in use."""
