//! Regions, zones, halls, racks and hosts
