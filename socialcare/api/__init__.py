"""The API as a whole: every app's operations under one address, what belongs to several, and its document."""
