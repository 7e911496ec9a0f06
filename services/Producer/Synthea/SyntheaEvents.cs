using System.Collections.Immutable;
using System.Globalization;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Events;

namespace HospitalStreaming.Producer.Synthea;

/// <summary>
/// Turns an export into the line's events in time order: encounters become visits, their claims one bill each, medications prescriptions; people
/// and medicines come just before what first refers to them. Event ids come from the rows, so a second load gives the same events.
/// </summary>
internal sealed class SyntheaEvents(string hospitalId, SkippedRows skipped)
{
    private readonly List<(DateTimeOffset At, int Rank, int Number, HospitalEvent Event)> _events = [];
    private readonly Dictionary<(string Table, long Key), int> _versions = [];
    private readonly Dictionary<string, DateTimeOffset> _patientSeen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _providerSeen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (SyntheaRow Row, long Visit, DateTimeOffset Start, decimal Cost)> _encounters = new(StringComparer.Ordinal);

    public IReadOnlyList<HospitalEvent> From(IReadOnlyDictionary<string, byte[]> files)
    {
        var patients = Keyed(files, SyntheaFiles.Patients, ["Id", "BIRTHDATE", "FIRST", "LAST", "GENDER", "ADDRESS", "CITY"]);
        var providers = Keyed(files, SyntheaFiles.Providers, ["Id", "NAME", "SPECIALITY", "ADDRESS", "CITY"]);
        ForEach(files, SyntheaFiles.Encounters, ["Id", "START", "STOP", "PATIENT", "PROVIDER", "DESCRIPTION", "TOTAL_CLAIM_COST", "REASONDESCRIPTION"], row => AddVisit(row, patients, providers));
        AddBills(files);
        AddPrescriptions(files);
        AddPeople(patients, providers);
        _events.Sort((one, other) => (one.At, one.Rank, one.Number).CompareTo((other.At, other.Rank, other.Number)));
        return [.. _events.Select(entry => entry.Event)];
    }

    private void AddVisit(SyntheaRow row, Dictionary<string, SyntheaRow> patients, Dictionary<string, SyntheaRow> providers)
    {
        var (patient, provider) = (row.Required("PATIENT"), row.Required("PROVIDER"));
        if (!patients.ContainsKey(patient) || !providers.ContainsKey(provider))
        {
            throw new SyntheaRowException(patients.ContainsKey(patient) ? "its PROVIDER is not in providers.csv" : "its PATIENT is not in patients.csv");
        }

        var (id, start, cost) = (SyntheaId.Of(row.Required("Id")), row.Time("START"), row.Money("TOTAL_CLAIM_COST"));
        if (!_encounters.TryAdd(row["Id"], (row, id, start, cost)))
        {
            throw new SyntheaRowException("its Id occurs twice");
        }

        See(_patientSeen, patient, start);
        See(_providerSeen, provider, start);
        var reason = row["REASONDESCRIPTION"].Length > 0 ? row["REASONDESCRIPTION"] : row["DESCRIPTION"];
        Add(row, start, HospitalSchema.Visits, [id, SyntheaId.Of(patient), SyntheaId.Of(provider), start, SyntheaText.Diagnosis(reason), cost, null, null]);
    }

    /// <summary>An encounter's claims (its own and its medicines') make one bill of the encounter's cost, settled when the last claim is.</summary>
    private void AddBills(IReadOnlyDictionary<string, byte[]> files)
    {
        var claims = new Dictionary<string, List<(SyntheaRow Row, DateTimeOffset Billed, bool Closed, bool Owed)>>(StringComparer.Ordinal);
        ForEach(files, SyntheaFiles.Claims, ["Id", "APPOINTMENTID", "STATUSP", "OUTSTANDINGP", "LASTBILLEDDATEP", "LASTBILLEDDATE1", "SERVICEDATE"], row =>
        {
            var encounter = row.Required("APPOINTMENTID");
            if (!_encounters.ContainsKey(encounter))
            {
                throw new SyntheaRowException("its APPOINTMENTID is not in encounters.csv");
            }

            row.Required("Id");
            var billed = row.OptionalTime("LASTBILLEDDATEP") ?? row.OptionalTime("LASTBILLEDDATE1") ?? row.Time("SERVICEDATE");
            var owed = row["OUTSTANDINGP"].Length > 0 && row.Money("OUTSTANDINGP") > 0;
            (claims.TryGetValue(encounter, out var list) ? list : claims[encounter] = []).Add((row, billed, row["STATUSP"] == "CLOSED", owed));
        });
        foreach (var (encounter, all) in claims.OrderBy(entry => entry.Value[0].Row.Line))
        {
            var (visitRow, visit, start, cost) = _encounters[encounter];
            var first = all.MinBy(claim => claim.Row["Id"], StringComparer.Ordinal);
            object?[] Bill(string status) =>
                [SyntheaId.Of(first.Row["Id"]), SyntheaId.Of(visitRow["PATIENT"]), visit, DateOnly.FromDateTime(start.UtcDateTime), cost, status, null, null];

            Add(first.Row, start, HospitalSchema.BillingPayments, Bill("Pending"));
            var settled = all.Max(claim => claim.Billed);
            settled = settled > start ? settled : start.AddSeconds(1);
            if (all.Any(claim => claim.Owed))
            {
                Add(first.Row, settled, HospitalSchema.BillingPayments, Bill("Unpaid"));
            }
            else if (all.All(claim => claim.Closed))
            {
                Add(first.Row, settled, HospitalSchema.BillingPayments, Bill("Paid"));
            }
        }
    }

    private void AddPrescriptions(IReadOnlyDictionary<string, byte[]> files)
    {
        var rows = new List<(SyntheaRow Row, DateTimeOffset Start, decimal Price)>();
        ForEach(files, SyntheaFiles.Medications, ["START", "STOP", "PATIENT", "ENCOUNTER", "CODE", "DESCRIPTION", "BASE_COST"], row =>
        {
            if (!_encounters.TryGetValue(row.Required("ENCOUNTER"), out var encounter) || encounter.Row["PATIENT"] != row["PATIENT"])
            {
                throw new SyntheaRowException("its ENCOUNTER is not in encounters.csv, or another patient's");
            }

            row.Required("CODE");
            row.OptionalTime("STOP");
            rows.Add((row, row.Time("START"), row.Money("BASE_COST")));
        });
        var prices = new Dictionary<string, decimal>(StringComparer.Ordinal);
        var repeats = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (row, start, price) in rows.OrderBy(entry => entry.Start).ThenBy(entry => entry.Row.Line))
        {
            var medicine = SyntheaId.Of(row["CODE"]);
            if (!prices.TryGetValue(row["CODE"], out var known) || known != price)
            {
                prices[row["CODE"]] = price;
                Add(row, start, HospitalSchema.Medicines, [medicine, SyntheaText.Cut(row["DESCRIPTION"], 100), null, null, price, null, null]);
            }

            var natural = $"{row["ENCOUNTER"]}|{row["CODE"]}|{row["START"]}";
            var repeat = repeats[natural] = repeats.GetValueOrDefault(natural) + 1;
            var encounter = _encounters[row["ENCOUNTER"]];
            Add(row, start, HospitalSchema.Prescriptions,
            [
                SyntheaId.Of(string.Create(CultureInfo.InvariantCulture, $"{natural}|{repeat}")), SyntheaId.Of(row["PATIENT"]), SyntheaId.Of(encounter.Row["PROVIDER"]), medicine,
                SyntheaText.Dosage(row["DESCRIPTION"]), SyntheaText.Duration(start, row.OptionalTime("STOP")), encounter.Visit, start, null, null, null,
            ]);
        }
    }

    private void AddPeople(Dictionary<string, SyntheaRow> patients, Dictionary<string, SyntheaRow> providers)
    {
        foreach (var (id, row) in patients.Where(entry => _patientSeen.ContainsKey(entry.Key)))
        {
            Guard(row, () => Add(row, _patientSeen[id], HospitalSchema.Patients,
            [
                SyntheaId.Of(id), SyntheaText.Name(row["FIRST"], row["LAST"]), row.Date("BIRTHDATE"), row["GENDER"] switch { "M" => "Male", "F" => "Female", _ => "Other" }, null,
                Address(row), string.Create(CultureInfo.InvariantCulture, $"SYN-{SyntheaId.Of(id) % 1_000_000_000:D9}"), null, null,
            ]));
        }

        foreach (var (id, row) in providers.Where(entry => _providerSeen.ContainsKey(entry.Key)))
        {
            Guard(row, () => Add(row, _providerSeen[id], HospitalSchema.Doctors,
                [SyntheaId.Of(id), SyntheaText.Name("Dr.", row["NAME"]), SyntheaText.Title(row["SPECIALITY"]), null, Address(row), null, null]));
        }
    }

    private static string Address(SyntheaRow row) => SyntheaText.Cut($"{row["ADDRESS"]}, {row["CITY"]}", 255);

    private static void See(Dictionary<string, DateTimeOffset> seen, string id, DateTimeOffset at) =>
        seen[id] = seen.TryGetValue(id, out var before) && before < at ? before : at;

    /// <summary>Adds an event after making sure that the line will take it.</summary>
    private void Add(SyntheaRow row, DateTimeOffset at, TableDescription table, object?[] values)
    {
        values[^2] = hospitalId;
        values[^1] = at;
        var key = (table.Name, (long)values[0]!);
        var version = _versions.GetValueOrDefault(key) + 1;
        var id = string.Create(CultureInfo.InvariantCulture, $"{hospitalId}-{table.Name}-{key.Item2}-{version}");
        var made = new HospitalEvent(id, hospitalId, at, EventType.Upsert, table, ImmutableArray.Create(values));
        using var encoder = new EventEncoder();
        var decoded = EventDecoder.Decode(table.Topic!, EventEncoder.EncodeKey(key.Item2), encoder.Encode(made));
        if (!decoded.Accepted)
        {
            throw new SyntheaRowException(decoded.Rejection.Detail);
        }

        _versions[key] = version;
        _events.Add((at, HospitalSchema.EventTables.IndexOf(table), row.Line, made));
    }

    private Dictionary<string, SyntheaRow> Keyed(IReadOnlyDictionary<string, byte[]> files, string file, string[] columns)
    {
        var rows = new Dictionary<string, SyntheaRow>(StringComparer.Ordinal);
        ForEach(files, file, columns, row =>
        {
            if (!rows.TryAdd(row.Required("Id"), row))
            {
                throw new SyntheaRowException("its Id occurs twice");
            }
        });
        return rows;
    }

    private void ForEach(IReadOnlyDictionary<string, byte[]> files, string file, string[] columns, Action<SyntheaRow> use)
    {
        foreach (var row in SyntheaTable.Read(file, files[file], columns, skipped))
        {
            Guard(row, () => use(row));
        }
    }

    private void Guard(SyntheaRow row, Action use)
    {
        try
        {
            use();
        }
        catch (SyntheaRowException problem)
        {
            skipped.Add(row.File, row.Line, problem.Message);
        }
    }
}
