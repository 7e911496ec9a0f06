using HospitalStreaming.Core.Domain;
using HospitalStreaming.Landing;
using HospitalStreaming.Landing.Writing;
using Shouldly;
using Xunit;
using static HospitalStreaming.Tests.Conformance.Landing.Ward;

namespace HospitalStreaming.Tests.Conformance.Landing;

public sealed class LandsInOrderTests(HospitalServer server)
{
    [Fact]
    public async Task Lands_parents_and_children_of_one_batch_whatever_their_order()
    {
        await using var bed = await LandingBed.NewAsync(server);
        await bed.LandAsync(Prescription(5, visit: 3), Bill(4, visit: 3), Visit(3), Medicine(1), Patient(1), Doctor(1));

        foreach (var table in HospitalSchema.EventTables)
        {
            (await bed.KeysAsync(table)).Count.ShouldBe(1, table.Name);
        }

        (await bed.ListAsync("SELECT count(*)::text FROM landing.pending")).ShouldBe(["0"]);
        bed.Letters.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_value_arrives_as_sent()
    {
        await using var bed = await LandingBed.NewAsync(server);
        await bed.LandAsync(
            Upsert(HospitalSchema.Patients, 1, ("full_name", "Zoë \"Ö\" O'Neill, {x}\\"), ("date_of_birth", new DateOnly(1980, 2, 29)), ("gender", null)),
            Upsert(HospitalSchema.Medicines, 1, ("price", 12345678.90m)),
            Upsert(HospitalSchema.Doctors, (1L << 52) + 3, ("experience_years", 40)));

        (await bed.ListAsync("SELECT full_name || '|' || date_of_birth || '|' || coalesce(gender, 'null') || '|' || updated_at FROM patients"))
            .ShouldBe(["Zoë \"Ö\" O'Neill, {x}\\|1980-02-29|null|2026-01-01 08:00:00+00"]);
        (await bed.ListAsync("SELECT price::text FROM medicines")).ShouldBe(["12345678.90"]);
        (await bed.ListAsync("SELECT doctor_id || ' ' || experience_years FROM doctors")).ShouldBe(["4503599627370499 40"]);
    }

    [Fact]
    public async Task The_last_event_of_a_row_wins_within_a_batch_and_across_batches()
    {
        await using var bed = await LandingBed.NewAsync(server);
        await bed.LandAsync(Patient(1, "first"), Patient(1, "second"));
        (await bed.ListAsync("SELECT full_name FROM patients")).ShouldBe(["second"]);

        await bed.LandAsync(Deleted(HospitalSchema.Patients, 1), Patient(1, "third"));
        (await bed.ListAsync("SELECT full_name FROM patients")).ShouldBe(["third"]);

        await bed.LandAsync(Patient(1, "fourth"), Deleted(HospitalSchema.Patients, 1));
        (await bed.KeysAsync(HospitalSchema.Patients)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_replay_leaves_every_row_version_as_it_was()
    {
        await using var bed = await LandingBed.NewAsync(server);
        var records = new[] { Doctor(1), Patient(1), Visit(3), Bill(4, 3), Visit(3, diagnosis: "ill"), Bill(9, visit: 8) }.Select(bed.Append).ToArray();
        await bed.LandAsync(records);
        var before = await VersionsAsync(bed);
        await bed.LandAsync(records);
        await bed.RestartAsync();
        await bed.LandAsync(records);

        (await VersionsAsync(bed)).ShouldBe(before);
        bed.Letters.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_event_sent_twice_makes_no_new_row_version()
    {
        await using var bed = await LandingBed.NewAsync(server);
        await bed.LandAsync(Doctor(1), Patient(1), Visit(3));
        var before = await bed.RowsAsync(HospitalSchema.Visits, withVersion: true);
        await bed.LandAsync(Visit(3), Patient(1));

        (await bed.RowsAsync(HospitalSchema.Visits, withVersion: true)).ShouldBe(before);
    }

    [Fact]
    public async Task A_crash_before_the_commit_leaves_nothing_and_after_it_everything()
    {
        await using var bed = await LandingBed.NewAsync(server);
        await bed.LandAsync(Bill(4, visit: 3));
        bed.Clock.Advance(TimeSpan.FromHours(1));
        var records = new[] { Patient(1) }.Select(bed.Append).ToArray();
        bed.BeforeLetters = static () => throw new InvalidOperationException("crash");
        await Should.ThrowAsync<InvalidOperationException>(() => bed.LandAsync(records));
        (await bed.KeysAsync(HospitalSchema.Patients)).ShouldBeEmpty();

        bed.BeforeLetters = static () => Task.CompletedTask;
        await bed.LandAsync(records);
        (await bed.KeysAsync(HospitalSchema.Patients)).ShouldBe([1L]);

        // Killed after the commit, before the group's offsets were told: reading begins at the books.
        await bed.RestartAsync();
        await bed.LandAsync(records);
        bed.Letters.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_second_lander_stands_by_and_then_goes_on_where_the_first_ended()
    {
        await using var bed = await LandingBed.NewAsync(server);
        var records = new[] { Patient(1), Patient(4) }.Select(bed.Append).ToArray();
        await bed.LandAsync(records[0]);
        var (session, lander) = bed.Make();
        await using (session)
        {
            await Should.ThrowAsync<AnotherLandingException>(() => LandingBed.BeginAsync(lander));
            await bed.Session.DisposeAsync();
            await LandingBed.BeginAsync(lander);
            await lander.LandAsync(records, LandingBed.Token);

            (await bed.KeysAsync(HospitalSchema.Patients)).ShouldBe([1L, 4L]);
        }
    }

    [Fact]
    public async Task Offsets_moved_by_someone_else_stop_the_lander_before_it_writes()
    {
        await using var bed = await LandingBed.NewAsync(server);
        var patient = bed.Append(Patient(1));
        await bed.RunAsync($"UPDATE landing.offsets SET next_offset = 77 WHERE topic = 'topic_patients' AND partition = {patient.Position.Partition}");

        await Should.ThrowAsync<LandingRefusedException>(() => bed.LandAsync(patient));
        (await bed.KeysAsync(HospitalSchema.Patients)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_lost_answer_to_a_commit_is_not_landed_twice()
    {
        await using var bed = await LandingBed.NewAsync(server);
        var records = new[] { Patient(1), Patient(4) }.Select(bed.Append).ToArray();
        await bed.LandAsync(records[0]);
        var before = await bed.RowsAsync(HospitalSchema.Patients, withVersion: true);

        // As if this very batch had been committed on a connection that broke before it could say so.
        await bed.RunAsync("INSERT INTO patients (patient_id, hospital_id, updated_at) VALUES (4, 'h1', now())");
        await bed.RunAsync("UPDATE landing.offsets SET next_offset = 2 WHERE topic = 'topic_patients' AND partition = 1");
        await bed.LandAsync(records[1]);

        (await bed.RowsAsync(HospitalSchema.Patients, withVersion: true))[0].ShouldBe(before[0]);
        await bed.LandAsync(Patient(7));
        (await bed.KeysAsync(HospitalSchema.Patients)).ShouldBe([1L, 4L, 7L]);
    }

    [Fact]
    public async Task A_connection_cut_in_the_middle_is_opened_anew_and_the_batch_lands()
    {
        await using var bed = await LandingBed.NewAsync(server);
        await bed.LandAsync(Patient(1));
        await bed.RunAsync("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
        await bed.LandAsync(Patient(4));

        (await bed.KeysAsync(HospitalSchema.Patients)).ShouldBe([1L, 4L]);
    }

    private static async Task<List<string>> VersionsAsync(LandingBed bed)
    {
        List<string> all = [];
        foreach (var table in HospitalSchema.EventTables)
        {
            all.AddRange(await bed.RowsAsync(table, withVersion: true));
        }

        all.AddRange(await bed.ListAsync("SELECT xmin::text || topic || partition || \"offset\" FROM landing.pending ORDER BY 1"));
        return all;
    }
}
