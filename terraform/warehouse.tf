# One data set a layer, named as the product and dbt name them.
locals {
  layers = {
    current      = { id = var.dataset_prefix, about = "Current state: one row a key, under the hospital's own table names." }
    raw          = { id = "${var.dataset_prefix}_raw", about = "History: one row a change, append only." }
    views        = { id = "${var.dataset_prefix}_views", about = "One view a table over current, without tombstones and direct identifiers: what Looker Studio reads." }
    line         = { id = "${var.dataset_prefix}_line", about = "The line's own books: watermarks, signals, model runs." }
    staging      = { id = "${var.dataset_prefix}_staging", about = "dbt staging (bronze to silver)." }
    intermediate = { id = "${var.dataset_prefix}_intermediate", about = "dbt intermediate (silver)." }
    marts        = { id = "${var.dataset_prefix}_marts", about = "dbt marts (gold): what dashboards and Looker Studio read." }
  }
}

resource "google_bigquery_dataset" "layer" {
  for_each                   = local.layers
  dataset_id                 = each.value.id
  description                = each.value.about
  location                   = var.region
  delete_contents_on_destroy = false
  labels                     = merge(var.labels, { layer = each.key })

  default_encryption_configuration {
    kms_key_name = google_kms_crypto_key.data.id
  }

  depends_on = [google_kms_crypto_key_iam_member.bigquery]
}

# Who may read the views need not be able to read what they are made of.
resource "google_bigquery_dataset_access" "views_over_current" {
  dataset_id = google_bigquery_dataset.layer["current"].dataset_id

  dataset {
    dataset {
      project_id = var.project
      dataset_id = google_bigquery_dataset.layer["views"].dataset_id
    }
    target_types = ["VIEWS"]
  }
}
