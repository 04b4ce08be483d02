"""What people ask of a stream: small files under `<lake>/requests/`, taken up once by who may write the tables."""
