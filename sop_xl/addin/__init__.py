"""The add-in that puts the functions and the ribbon tab into Excel, built from text without Excel."""
