//! Azure's own data: limits, SLA tables, default failure profile
