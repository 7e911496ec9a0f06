variable "project" {
  description = "Google Cloud project id."
  type        = string
}

variable "region" {
  description = "Region of the bucket, the data sets, the key and the policy tags. They must agree: CMEK and policy tags are regional."
  type        = string
  default     = "asia-southeast1"
}

variable "bucket" {
  description = "Name of the lake's bucket; globally unique. Seed 003 called it hospital_datalake."
  type        = string
}

variable "dataset_prefix" {
  description = "Prefix of the data sets: PREFIX (current rows), PREFIX_raw, PREFIX_line, PREFIX_staging, PREFIX_intermediate, PREFIX_marts."
  type        = string
  default     = "hospital"
}

variable "lake_nearline_after_days" {
  description = "Age in days after which lake objects move to Nearline. They are never deleted: the chain of objects is the record everything is rebuilt from."
  type        = number
  default     = 60
}

variable "lake_coldline_after_days" {
  description = "Age in days after which lake objects move to Coldline."
  type        = number
  default     = 365
}

variable "key_rotation_days" {
  description = "Days between rotations of the encryption key."
  type        = number
  default     = 90
}

variable "fine_grained_readers" {
  description = "Members (group:..., user:...) who may read columns that name a person in clear. Empty: nobody but the pipeline."
  type        = list(string)
  default     = []
}

variable "mart_readers" {
  description = "Members (group:..., user:...) who may read the marts, e.g. from Looker Studio."
  type        = list(string)
  default     = []
}

variable "view_readers" {
  description = "Members (group:..., user:...) who may read the views over current: rows of patients, without direct identifiers."
  type        = list(string)
  default     = []
}

variable "labels" {
  description = "Labels put on everything that takes labels."
  type        = map(string)
  default     = { product = "hospital-streaming" }
}
