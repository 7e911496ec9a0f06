output "settings" {
  description = "What the product's roles need to run on this infrastructure (environment of `hospital run ROLE`)."
  value = {
    HOSPITAL__Lake__Kind          = "gcs"
    HOSPITAL__Lake__Bucket        = google_storage_bucket.lake.name
    HOSPITAL__Warehouse__Kind     = "bigquery"
    HOSPITAL__Warehouse__Project  = var.project
    HOSPITAL__Warehouse__Dataset  = var.dataset_prefix
    HOSPITAL__Warehouse__Location = var.region
  }
}

output "service_accounts" {
  description = "Identity of each role, by role name."
  value       = { for name, account in google_service_account.role : name => account.email }
}

output "policy_tags" {
  description = "Policy tag of each privacy class, by class."
  value       = { for name, tag in google_data_catalog_policy_tag.class : name => tag.name }
}

output "kms_key" {
  description = "Key that encrypts the lake and the warehouse."
  value       = google_kms_crypto_key.data.id
}
