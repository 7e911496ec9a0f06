using System.Text;
using HospitalStreaming.Core.Domain.Events;
using HospitalStreaming.Producer.Synthea;
using HospitalStreaming.Tests.Unit.Changes;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Producer.Synthea;

public sealed class SyntheaEventsTests
{
    private static readonly string Folder = Path.Combine(Vectors.Folder, "synthea");

    [Fact]
    public async Task An_export_becomes_visits_bills_and_prescriptions_of_its_people()
    {
        var (events, skipped) = await ReadAsync();

        skipped.Count.ShouldBe(0);
        Rows(events, "patients").ShouldBe(3);
        Rows(events, "doctors").ShouldBe(5);
        Rows(events, "visits").ShouldBe(81);
        Rows(events, "billing_payments").ShouldBe(81);
        Rows(events, "prescriptions").ShouldBe(11);
        events.Where(value => value.Table.Name == "patients").ShouldAllBe(value => !((string)value["full_name"]!).Any(char.IsAsciiDigit));
        events.Count(value => value.Table.Name == "billing_payments" && (string)value["payment_status"]! == "Pending").ShouldBe(81);
        events.Count(value => value.Table.Name == "billing_payments" && (string)value["payment_status"]! == "Paid").ShouldBe(80);
        events.Count(value => value.Table.Name == "billing_payments" && (string)value["payment_status"]! == "Unpaid").ShouldBe(1);
    }

    [Fact]
    public async Task Events_are_in_time_order_parents_first_and_every_one_is_taken_by_the_line()
    {
        var (events, _) = await ReadAsync();
        var known = new HashSet<(string, long)>();
        using var encoder = new EventEncoder();

        events.Zip(events.Skip(1)).All(pair => pair.First.EventTime <= pair.Second.EventTime).ShouldBeTrue();
        foreach (var value in events)
        {
            known.Add((value.Table.Name, value.Key));
            value.Key.ShouldBeInRange(1L << 51, (1L << 52) - 1);
            foreach (var column in value.Table.Columns.Where(column => column.References is not null))
            {
                known.Contains((column.References!, (long)value[column.Name]!)).ShouldBeTrue($"{value.EventId} {column.Name}");
            }

            EventDecoder.Decode(value.Table.Topic!, EventEncoder.EncodeKey(value.Key), encoder.Encode(value)).Event.ShouldBe(value);
        }
    }

    [Fact]
    public async Task Loaded_twice_it_is_the_same_events()
    {
        var (first, _) = await ReadAsync();
        var (second, _) = await ReadAsync();

        second.ShouldBe(first);
        first.Select(value => value.EventId).Distinct().Count().ShouldBe(first.Count);
        first.ShouldAllBe(value => value.EventId.StartsWith("synthea-"));
    }

    [Theory]
    [InlineData("encounters.csv", 3, ",,,,,,,", "has not as many fields as the header")]
    [InlineData("encounters.csv", 4, "START", "START is not a time")]
    [InlineData("encounters.csv", 5, "TOTAL_CLAIM_COST", "TOTAL_CLAIM_COST is not an amount")]
    [InlineData("encounters.csv", 6, "PATIENT", "its PATIENT is not in patients.csv")]
    [InlineData("claims.csv", 2, "APPOINTMENTID", "its APPOINTMENTID is not in encounters.csv")]
    [InlineData("medications.csv", 2, "ENCOUNTER", "its ENCOUNTER is not in encounters.csv, or another patient's")]
    [InlineData("patients.csv", 2, "BIRTHDATE", "BIRTHDATE is not a date")]
    public async Task A_bad_row_is_named_by_file_and_line_and_the_rest_is_loaded(string file, int line, string damage, string reason)
    {
        var (_, skipped) = await ReadAsync(files => files[file] = Damage(files[file], line, damage));

        var problem = skipped.Problems.First();
        problem.ShouldBe(new SyntheaRowProblem(file, line, reason));
    }

    [Fact]
    public async Task A_folder_that_is_no_export_is_refused_plainly()
    {
        (await Should.ThrowAsync<SyntheaException>(() => SyntheaFiles.ReadAsync(Path.Combine(Folder, "nowhere"), TestContext.Current.CancellationToken))).Message.ShouldContain("does not exist");
        (await Should.ThrowAsync<SyntheaException>(() => SyntheaFiles.ReadAsync(Path.Combine(Vectors.Folder, "debezium"), TestContext.Current.CancellationToken))).Message.ShouldContain("has no patients.csv");
        (await Should.ThrowAsync<SyntheaException>(() => SyntheaFiles.ReadAsync(Path.Combine(Folder, "README.md"), TestContext.Current.CancellationToken))).Message.ShouldContain("cannot be read");
        (await Should.ThrowAsync<SyntheaException>(() => ReadAsync(files => files["claims.csv"] = "Id,STATUS\n"u8.ToArray()))).Message.ShouldContain("no column APPOINTMENTID");
        (await Should.ThrowAsync<SyntheaException>(() => ReadAsync(files => files["claims.csv"] = []))).Message.ShouldContain("no column Id");
    }

    [Theory]
    [InlineData(0, "1 day")]
    [InlineData(1, "1 day")]
    [InlineData(5, "5 days")]
    [InlineData(7, "1 week")]
    [InlineData(15, "2 weeks")]
    [InlineData(90, "3 months")]
    [InlineData(1100, "3 years")]
    public void Durations_are_in_whole_units(int days, string text) =>
        SyntheaText.Duration(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(days)).ShouldBe(text);

    [Fact]
    public void Texts_read_as_people_write_them()
    {
        SyntheaText.Name("Jessie665", "Glover433").ShouldBe("Jessie Glover");
        SyntheaText.Title("GENERAL PRACTICE").ShouldBe("General Practice");
        SyntheaText.Diagnosis("Viral sinusitis (disorder)").ShouldBe("Viral sinusitis");
        SyntheaText.Duration(DateTimeOffset.UnixEpoch, null).ShouldBeNull();
        SyntheaText.Cut("😀😀😀", 2).ShouldBe("😀😀");
    }

    private static int Rows(IEnumerable<HospitalEvent> events, string table) => events.Where(value => value.Table.Name == table).DistinctBy(value => value.Key).Count();

    private static async Task<(IReadOnlyList<HospitalEvent> Events, SkippedRows Skipped)> ReadAsync(Action<Dictionary<string, byte[]>>? change = null)
    {
        var files = new Dictionary<string, byte[]>(await SyntheaFiles.ReadAsync(Folder, TestContext.Current.CancellationToken), StringComparer.OrdinalIgnoreCase);
        change?.Invoke(files);
        var skipped = new SkippedRows();
        return (new SyntheaEvents("synthea", skipped).From(files), skipped);
    }

    /// <summary>Replaces a column of a line (or the line, where no column is named so) by something else.</summary>
    private static byte[] Damage(byte[] content, int line, string damage)
    {
        var lines = Encoding.UTF8.GetString(content).Split('\n');
        var column = Array.IndexOf(lines[0].Split(','), damage);
        if (column < 0)
        {
            lines[line - 1] = damage;
        }
        else
        {
            var fields = lines[line - 1].Split(',');
            fields[column] = "nothing";
            lines[line - 1] = string.Join(',', fields);
        }

        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }
}
