"""The web app: one file a tab, one for theme, one for words in Chinese and English."""
