"""The API's operations on a person's record and consents. All of it is private: nothing here is kept by anybody's cache."""
