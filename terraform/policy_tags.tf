# Columns carry the privacy class the product gives them; who may read a class in clear is decided here.
resource "google_data_catalog_taxonomy" "privacy" {
  display_name           = "hospital-privacy"
  description            = "Privacy classes of the hospital's columns."
  region                 = var.region
  activated_policy_types = ["FINE_GRAINED_ACCESS_CONTROL"]
  depends_on             = [google_project_service.used]
}

locals {
  privacy_classes = {
    direct_identifier = "Names a person or reaches them: name, contact, insurance number."
    quasi_identifier  = "Narrows a person down together with others: birth date, gender, dates of care."
    clinical          = "Diagnosis, medicine, dosage."
    financial         = "Money."
  }
}

resource "google_data_catalog_policy_tag" "class" {
  for_each     = local.privacy_classes
  taxonomy     = google_data_catalog_taxonomy.privacy.id
  display_name = each.key
  description  = each.value
}

# Everyone else sees NULL where a person is named.
resource "google_bigquery_datapolicy_data_policy" "mask_direct" {
  location         = var.region
  data_policy_id   = "hospital_mask_direct_identifier"
  policy_tag       = google_data_catalog_policy_tag.class["direct_identifier"].name
  data_policy_type = "DATA_MASKING_POLICY"

  data_masking_policy {
    predefined_expression = "ALWAYS_NULL"
  }
}

resource "google_data_catalog_policy_tag_iam_member" "pipeline" {
  for_each = {
    for pair in setproduct(keys(local.privacy_classes), ["warehousesink", "transform"]) : "${pair[0]}-${pair[1]}" => pair
  }
  policy_tag = google_data_catalog_policy_tag.class[each.value[0]].name
  role       = "roles/datacatalog.categoryFineGrainedReader"
  member     = "serviceAccount:${google_service_account.role[each.value[1]].email}"
}

resource "google_data_catalog_policy_tag_iam_member" "readers" {
  for_each   = toset(var.fine_grained_readers)
  policy_tag = google_data_catalog_policy_tag.class["direct_identifier"].name
  role       = "roles/datacatalog.categoryFineGrainedReader"
  member     = each.value
}
