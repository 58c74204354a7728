"""The scores themselves, as functions of arrays and masks; no file is read here."""
