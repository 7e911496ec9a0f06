# One key encrypts the lake and the warehouse (45 CFR 164.312(a)(2)(iv)).
resource "google_kms_key_ring" "hospital" {
  name       = "hospital-streaming"
  location   = var.region
  depends_on = [google_project_service.used]
}

resource "google_kms_crypto_key" "data" {
  name            = "data"
  key_ring        = google_kms_key_ring.hospital.id
  rotation_period = "${var.key_rotation_days * 86400}s"
  labels          = var.labels

  lifecycle {
    # Without the key the data is gone.
    prevent_destroy = true
  }
}

data "google_storage_project_service_account" "gcs" {}

data "google_bigquery_default_service_account" "bigquery" {}

resource "google_kms_crypto_key_iam_member" "gcs" {
  crypto_key_id = google_kms_crypto_key.data.id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:${data.google_storage_project_service_account.gcs.email_address}"
}

resource "google_kms_crypto_key_iam_member" "bigquery" {
  crypto_key_id = google_kms_crypto_key.data.id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:${data.google_bigquery_default_service_account.bigquery.email}"
}
