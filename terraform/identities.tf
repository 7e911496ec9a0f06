# One identity a role, each with what it needs and no more.
locals {
  identities = {
    lakesink      = "Writes lake objects (create only)."
    warehousesink = "Reads lake objects, loads raw and current."
    compactor     = "Puts small lake objects into larger ones (hospital lake compact)."
    transform     = "Builds staging, intermediate and marts from current."
    dashboard     = "Reads marts and the line's books."
  }

  # What each identity may do on each data set.
  dataset_roles = merge(
    { for layer in ["raw", "current", "views", "line"] : "warehousesink-${layer}" => { who = "warehousesink", layer = layer, role = "roles/bigquery.dataEditor" } },
    { for layer in ["staging", "intermediate", "marts", "line"] : "transform-${layer}" => { who = "transform", layer = layer, role = "roles/bigquery.dataEditor" } },
    { "compactor-line" = { who = "compactor", layer = "line", role = "roles/bigquery.dataViewer" } },
    { "transform-current" = { who = "transform", layer = "current", role = "roles/bigquery.dataViewer" } },
    { for layer in ["marts", "line"] : "dashboard-${layer}" => { who = "dashboard", layer = layer, role = "roles/bigquery.dataViewer" } },
  )
}

resource "google_service_account" "role" {
  for_each     = local.identities
  account_id   = "hospital-${each.key}"
  display_name = "HospitalStreaming ${each.key}"
  description  = each.value
  depends_on   = [google_project_service.used]
}

# objectCreator can create but neither overwrite nor delete: promise 2, held by IAM too. Walking the chain needs reading.
resource "google_storage_bucket_iam_member" "lakesink_create" {
  bucket = google_storage_bucket.lake.name
  role   = "roles/storage.objectCreator"
  member = "serviceAccount:${google_service_account.role["lakesink"].email}"
}

resource "google_storage_bucket_iam_member" "lake_read" {
  for_each = toset(["lakesink", "warehousesink", "compactor"])
  bucket   = google_storage_bucket.lake.name
  role     = "roles/storage.objectViewer"
  member   = "serviceAccount:${google_service_account.role[each.value].email}"
}

# Claims, source epochs, decisions about dead letters and descriptions of tables are create-only documents in the same bucket.
resource "google_storage_bucket_iam_member" "warehousesink_claims" {
  bucket = google_storage_bucket.lake.name
  role   = "roles/storage.objectCreator"
  member = "serviceAccount:${google_service_account.role["warehousesink"].email}"

  condition {
    title      = "documents beside the objects only"
    expression = join(" || ", [for folder in ["loads", "epochs", "decisions", "tables"] : "resource.name.startsWith('projects/_/buckets/${google_storage_bucket.lake.name}/objects/${folder}/')"])
  }
}

# Compaction empties an object that the warehouse has loaded once its bytes lie in a larger one: a replacement, which asks for the right to delete.
# It is the only identity with it, and only where objects are; claims, epochs and decisions stay create-only for everybody.
resource "google_storage_bucket_iam_member" "compactor" {
  bucket = google_storage_bucket.lake.name
  role   = "roles/storage.objectUser"
  member = "serviceAccount:${google_service_account.role["compactor"].email}"

  condition {
    title      = "objects and larger objects only"
    expression = "resource.name.startsWith('projects/_/buckets/${google_storage_bucket.lake.name}/objects/topics/') || resource.name.startsWith('projects/_/buckets/${google_storage_bucket.lake.name}/objects/compacted/')"
  }
}

resource "google_bigquery_dataset_iam_member" "role" {
  for_each   = local.dataset_roles
  dataset_id = google_bigquery_dataset.layer[each.value.layer].dataset_id
  role       = each.value.role
  member     = "serviceAccount:${google_service_account.role[each.value.who].email}"
}

resource "google_project_iam_member" "jobs" {
  for_each = toset(["warehousesink", "compactor", "transform", "dashboard"])
  project  = var.project
  role     = "roles/bigquery.jobUser"
  member   = "serviceAccount:${google_service_account.role[each.value].email}"
}

resource "google_bigquery_dataset_iam_member" "mart_readers" {
  for_each   = toset(var.mart_readers)
  dataset_id = google_bigquery_dataset.layer["marts"].dataset_id
  role       = "roles/bigquery.dataViewer"
  member     = each.value
}

resource "google_bigquery_dataset_iam_member" "view_readers" {
  for_each   = toset(var.view_readers)
  dataset_id = google_bigquery_dataset.layer["views"].dataset_id
  role       = "roles/bigquery.dataViewer"
  member     = each.value
}
