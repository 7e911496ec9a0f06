project      = "my-project"
region       = "asia-southeast1"
bucket       = "my-hospital-datalake"
mart_readers = ["group:hospital-analysts@example.org"]
view_readers = ["group:hospital-data-team@example.org"]
