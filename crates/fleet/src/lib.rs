//! Scale sets living through a storm, and the ledger of what was observed
