"""MTN MoMo Open API: collections, and refunds by the disbursement product."""
