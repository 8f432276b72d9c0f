//! The text of a double, as JavaScript, Java and Python write it.
