"""Appraisals: weighted raters judge a person's goals and behaviours, the unnamed among them by threshold."""
