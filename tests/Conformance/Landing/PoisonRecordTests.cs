using System.Text;
using HospitalStreaming.Core.Domain;
using Shouldly;
using Xunit;
using static HospitalStreaming.Tests.Conformance.Landing.Ward;

namespace HospitalStreaming.Tests.Conformance.Landing;

public sealed class PoisonRecordTests(HospitalServer server)
{
    [Fact]
    public async Task What_is_no_event_is_dead_lettered_with_its_bytes_and_the_rest_flows()
    {
        await using var bed = await LandingBed.NewAsync(server);
        var bad = bed.AppendRaw(HospitalSchema.Patients, 7, Encoding.UTF8.GetBytes("{\"patient_id\":7,"));
        var nothing = bed.AppendRaw(HospitalSchema.Patients, 8, null);
        await bed.LandAsync(bad, nothing, bed.Append(Patient(1)));

        bed.Letters.Select(letter => letter.Reason).ShouldBe(["bad_json", "null_value"]);
        bed.Letters[0].Value.ShouldBe(bad.Value);
        (await bed.KeysAsync(HospitalSchema.Patients)).ShouldBe([1L]);
        await bed.RestartAsync();
        await bed.LandAsync(bad, nothing);
        bed.Letters.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_row_the_database_refuses_is_found_in_its_batch_and_only_it_is_set_aside()
    {
        await using var bed = await LandingBed.NewAsync(server);
        await bed.RunAsync("ALTER TABLE patients ADD CONSTRAINT no_x CHECK (full_name <> 'SecretName')");
        var poison = bed.Append(Patient(50, "SecretName"));
        await bed.LandAsync([.. Enumerable.Range(1, 40).Select(id => bed.Append(Patient(id))), poison, .. Enumerable.Range(60, 40).Select(id => bed.Append(Patient(id)))]);

        var letter = bed.Letters.ShouldHaveSingleItem();
        (letter.Reason, letter.Position).ShouldBe(("db_refused", poison.Position));
        letter.Detail.ShouldContain("23514");
        letter.Detail.ShouldNotContain("SecretName");
        (await bed.KeysAsync(HospitalSchema.Patients)).Count.ShouldBe(80);
    }

    [Fact]
    public async Task A_check_put_off_to_the_commit_is_found_too()
    {
        await using var bed = await LandingBed.NewAsync(server);
        await bed.RunAsync("ALTER TABLE patients ADD COLUMN tag text GENERATED ALWAYS AS (insurance_id) STORED, ADD CONSTRAINT one_tag UNIQUE (tag) DEFERRABLE INITIALLY DEFERRED");
        await bed.LandAsync(
            Upsert(HospitalSchema.Patients, 1, ("insurance_id", "a")), Upsert(HospitalSchema.Patients, 2, ("insurance_id", "a")), Upsert(HospitalSchema.Patients, 3, ("insurance_id", "b")));

        bed.Letters.ShouldHaveSingleItem().Reason.ShouldBe("db_refused");
        (await bed.KeysAsync(HospitalSchema.Patients)).ShouldBe([1L, 3L]);
    }

    [Fact]
    public async Task A_waiting_event_the_database_refuses_does_not_take_its_parent_with_it()
    {
        await using var bed = await LandingBed.NewAsync(server);
        await bed.RunAsync("ALTER TABLE billing_payments ADD CONSTRAINT no_x CHECK (payment_status <> 'Odd')");
        await bed.LandAsync(Doctor(1), Patient(1), Bill(4, visit: 3, status: "Odd"), Bill(5, visit: 3));
        await bed.LandAsync(Visit(3), Visit(6));

        bed.Letters.ShouldHaveSingleItem().Reason.ShouldBe("db_refused");
        (await bed.KeysAsync(HospitalSchema.Visits)).ShouldBe([3L, 6L]);
        (await bed.KeysAsync(HospitalSchema.BillingPayments)).ShouldBe([5L]);
        bed.Lander.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task Of_several_events_of_a_row_the_last_good_one_stands()
    {
        await using var bed = await LandingBed.NewAsync(server);
        await bed.RunAsync("ALTER TABLE billing_payments ADD CONSTRAINT no_x CHECK (payment_status <> 'Odd')");
        await bed.LandAsync(Doctor(1), Patient(1));
        await bed.LandAsync(Bill(4, visit: 3, status: "Paid"), Bill(4, visit: 3, status: "Odd"));
        await bed.LandAsync(Visit(3));

        (await bed.ListAsync("SELECT payment_status FROM billing_payments")).ShouldBe(["Paid"]);
        bed.Letters.ShouldHaveSingleItem().Reason.ShouldBe("db_refused");
    }
}
