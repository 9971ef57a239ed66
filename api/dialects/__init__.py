"""The two published APIs over one core, and what stands beyond both documents."""
