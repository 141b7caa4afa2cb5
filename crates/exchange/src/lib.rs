//! The assessment in other people's formats: STIX 2.1.
