using HospitalStreaming.Core.Domain;
using HospitalStreaming.Kafka.Consuming;
using HospitalStreaming.Landing;
using Shouldly;
using Xunit;
using static HospitalStreaming.Tests.Conformance.Landing.Ward;

namespace HospitalStreaming.Tests.Conformance.Landing;

public sealed class WaitsForParentsTests(HospitalServer server)
{
    private static readonly TimeSpan TooLong = TimeSpan.FromMinutes(16);

    [Fact]
    public async Task A_bill_before_its_visit_waits_and_lands_with_it()
    {
        await using var bed = await LandingBed.NewAsync(server);
        await bed.LandAsync(Doctor(1), Patient(1), Bill(4, visit: 3), Prescription(5, visit: 3));
        (await bed.KeysAsync(HospitalSchema.BillingPayments)).ShouldBeEmpty();
        bed.Lander.Waiting.ShouldBe(2);

        await bed.LandAsync(Medicine(1));
        await bed.LandAsync(Visit(3));
        (await bed.KeysAsync(HospitalSchema.BillingPayments)).ShouldBe([4L]);
        (await bed.KeysAsync(HospitalSchema.Prescriptions)).ShouldBe([5L]);
        bed.Lander.Waiting.ShouldBe(0);
        bed.Letters.ShouldBeEmpty();
    }

    [Fact]
    public async Task Waiting_survives_a_restart_and_cascades_through_generations()
    {
        await using var bed = await LandingBed.NewAsync(server);
        await bed.LandAsync(Bill(4, visit: 3), Visit(3), Doctor(1));
        bed.Lander.Waiting.ShouldBe(2);
        await bed.RestartAsync();
        bed.Lander.Waiting.ShouldBe(2);

        await bed.LandAsync(Patient(1));
        (await bed.KeysAsync(HospitalSchema.BillingPayments)).ShouldBe([4L]);
        bed.Lander.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task Later_events_of_a_waiting_row_wait_behind_it_and_the_last_wins()
    {
        await using var bed = await LandingBed.NewAsync(server);
        await bed.LandAsync(Doctor(1), Patient(1), Visit(6), Bill(4, visit: 3));
        await bed.LandAsync(Bill(4, visit: 6, status: "Paid"));
        (await bed.KeysAsync(HospitalSchema.BillingPayments)).ShouldBeEmpty();

        await bed.LandAsync(Visit(3));
        (await bed.ListAsync("SELECT visit_id || payment_status FROM billing_payments")).ShouldBe(["6Paid"]);
        bed.Lander.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task An_event_whose_parent_never_comes_is_dead_lettered_and_those_behind_it_get_their_chance()
    {
        await using var bed = await LandingBed.NewAsync(server);
        await bed.LandAsync(Doctor(1), Patient(1), Visit(6));
        var orphan = bed.Append(Bill(4, visit: 3));
        await bed.LandAsync(orphan);
        await bed.LandAsync(Bill(4, visit: 6, status: "Paid"));
        bed.Clock.Advance(TooLong);
        await bed.LandAsync(Array.Empty<LogRecord>());

        var letter = bed.Letters.ShouldHaveSingleItem();
        (letter.Reason, letter.Position).ShouldBe(("parent_missing", orphan.Position));
        letter.Value.ShouldBe(orphan.Value);
        (await bed.ListAsync("SELECT visit_id || payment_status FROM billing_payments")).ShouldBe(["6Paid"]);
        bed.Lander.Waiting.ShouldBe(0);
        (await bed.ListAsync("SELECT count(*)::text FROM landing.pending")).ShouldBe(["0"]);
    }

    [Fact]
    public async Task A_dead_letter_that_cannot_be_written_keeps_the_event_waiting()
    {
        await using var bed = await LandingBed.NewAsync(server);
        await bed.LandAsync(Bill(4, visit: 3));
        bed.Clock.Advance(TooLong);
        bed.BeforeLetters = static () => throw new InvalidOperationException("the broker is gone");
        await Should.ThrowAsync<InvalidOperationException>(() => bed.LandAsync(Patient(1)));

        (await bed.ListAsync("SELECT count(*)::text FROM landing.pending")).ShouldBe(["1"]);
        (await bed.KeysAsync(HospitalSchema.Patients)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_does_not_fit_the_waiting_room_stays_in_its_topic_while_the_rest_lands()
    {
        await using var bed = await LandingBed.NewAsync(server, new LandingOptions { MaxWaiting = 1 });
        var bills = new[] { Bill(4, visit: 3), Bill(7, visit: 3), Bill(10, visit: 3) }.Select(bed.Append).ToArray();
        var next = await bed.Lander.LandAsync([.. bills, bed.Append(Doctor(1)), bed.Append(Patient(1))], LandingBed.Token);
        next.Single(position => position.Topic == "topic_billing").Offset.ShouldBe(1);
        bed.Lander.Waiting.ShouldBe(1);
        (await bed.KeysAsync(HospitalSchema.Patients)).ShouldBe([1L]);

        await bed.LandAsync(Visit(3));
        await bed.LandAsync(bills);
        (await bed.KeysAsync(HospitalSchema.BillingPayments)).ShouldBe([4L, 7L, 10L], ignoreOrder: true);
        bed.Letters.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_deletion_waits_until_nothing_refers_to_its_row()
    {
        await using var bed = await LandingBed.NewAsync(server);
        await bed.LandAsync(Doctor(1), Patient(1), Visit(3), Bill(4, visit: 3));
        await bed.LandAsync(Visit(3, diagnosis: "last"), Deleted(HospitalSchema.Visits, 3));
        (await bed.ListAsync("SELECT diagnosis FROM visits")).ShouldBe(["last"]);
        bed.Lander.Waiting.ShouldBe(1);

        await bed.LandAsync(Deleted(HospitalSchema.BillingPayments, 4));
        (await bed.KeysAsync(HospitalSchema.Visits)).ShouldBeEmpty();
        bed.Letters.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_deletion_that_stays_impossible_is_dead_lettered_and_the_row_stays()
    {
        await using var bed = await LandingBed.NewAsync(server);
        await bed.LandAsync(Doctor(1), Patient(1), Visit(3), Bill(4, visit: 3));
        await bed.LandAsync(Deleted(HospitalSchema.Visits, 3));
        bed.Clock.Advance(TooLong);
        await bed.LandAsync(Patient(4));

        bed.Letters.ShouldHaveSingleItem().Reason.ShouldBe("still_referenced");
        (await bed.KeysAsync(HospitalSchema.Visits)).ShouldBe([3L]);
        bed.Lander.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task Deletions_of_a_row_and_of_all_that_refers_to_it_in_one_batch_all_land()
    {
        await using var bed = await LandingBed.NewAsync(server);
        await bed.LandAsync(Doctor(1), Patient(1), Medicine(1), Visit(3), Bill(4, visit: 3), Prescription(5, visit: 3));
        await bed.LandAsync(
            Deleted(HospitalSchema.Patients, 1), Deleted(HospitalSchema.Doctors, 1), Deleted(HospitalSchema.Visits, 3),
            Deleted(HospitalSchema.BillingPayments, 4), Deleted(HospitalSchema.Prescriptions, 5));

        foreach (var table in HospitalSchema.EventTables.Where(table => table.Name != "medicines"))
        {
            (await bed.KeysAsync(table)).ShouldBeEmpty(table.Name);
        }
    }
}
