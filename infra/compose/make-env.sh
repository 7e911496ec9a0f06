#!/usr/bin/env bash
# Writes .env with generated passwords for docker compose, once. The dashboard's password is shown here and kept only as a hash.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[[ ! -e .env ]] || { echo ".env is there already; remove it to make new passwords (the databases keep their old ones)" >&2; exit 1; }
random() { head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
user=hospital password="$(random)"
# PBKDF2 as `hospital hash-password` makes it, so that no build is needed before `docker compose up`.
hash="$(node -e '
  const { randomBytes, pbkdf2Sync } = require("crypto");
  const salt = randomBytes(16), rounds = 600000;
  const hash = pbkdf2Sync(process.argv[1], salt, rounds, 32, "sha256");
  console.log(["pbkdf2-sha256", rounds, salt.toString("base64"), hash.toString("base64")].join(":"));' "$password")"
umask 077
cat >.env <<ENV
HOSPITAL_DB_PASSWORD=$(random)
HOSPITAL_DB_CAPTURE_PASSWORD=$(random)
HOSPITAL_WAREHOUSE_PASSWORD=$(random)
HOSPITAL_DASHBOARD_USER=$user
HOSPITAL_DASHBOARD_PASSWORD_HASH=$hash
ENV
echo "wrote .env; the dashboard's login is: $user / $password"
