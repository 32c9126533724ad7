"""Where to hold safety stock along the bill of material, by the guaranteed-service model."""
