"""The floor: supervisors' pages that join progress, throughput and quality."""
