using HospitalStreaming.Core.Domain.Events;
using HospitalStreaming.Core.Simulation;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Simulation;

/// <summary>What happens in the simulated hospital, over its history and a day of live events.</summary>
public sealed class HospitalLifeTests
{
    private static readonly SimulationSettings Settings = new("h1", 3, new DateOnly(2025, 1, 1), 20_000);
    private static readonly Lazy<List<SimulatedEvent>> Stream =
        new(() => [.. new HospitalSimulation(Settings).From(SimulationCheckpoint.Beginning).Take(250_000)]);

    [Fact]
    public void Parents_come_before_what_refers_to_them_and_ids_never_collide()
    {
        var known = new Dictionary<string, HashSet<long>>();
        var owners = new Dictionary<(string, long), string>();
        foreach (var item in Stream.Value)
        {
            var value = item.Event;
            var ids = known.TryGetValue(value.Table.Name, out var set) ? set : known[value.Table.Name] = [];
            ids.Add(value.Key);
            if (value.Type == EventType.Deleted)
            {
                continue;
            }

            foreach (var column in value.Table.Columns.Where(column => column.References is not null))
            {
                known[column.References!].Contains((long)value[column.Name]!).ShouldBeTrue($"event {item.Sequence}, {column.Name}");
            }

            // Whose row it is never changes: a second owner would be another row under the same id.
            var owner = value.Table.Name switch
            {
                "visits" => $"{value["patient_id"]} {value["doctor_id"]} {value["visit_date"]}",
                "billing_payments" => $"{value["visit_id"]} {value["billing_date"]}",
                "prescriptions" => $"{value["visit_id"]} {value["medicine_id"]} {value["prescribed_at"]}",
                "patients" => $"{value["full_name"]} {value["date_of_birth"]}",
                _ => $"{value["name"]}",
            };
            owners.TryAdd((value.Table.Name, value.Key), owner);
            owners[(value.Table.Name, value.Key)].ShouldBe(owner);
        }

        known["doctors"].Count.ShouldBe(SimulationSettings.Doctors);
        known["medicines"].Count.ShouldBe(42);
        known["visits"].Min().ShouldBe(1_001);
        known["billing_payments"].Min().ShouldBe(10_001);
        known["prescriptions"].Min().ShouldBeGreaterThanOrEqualTo(100_001);
    }

    [Fact]
    public void The_history_is_a_year_of_visits_with_weekdays_and_seasons()
    {
        var visits = Stream.Value.Where(item => item.IsHistory && item.Event.Table.Name == "visits")
            .GroupBy(item => item.Event.Key).Select(group => group.First().Event).ToList();
        visits.Count.ShouldBeInRange(20_000, 21_000);

        int On(DayOfWeek day) => visits.Count(visit => visit.EventTime.DayOfWeek == day);
        On(DayOfWeek.Monday).ShouldBeGreaterThan(On(DayOfWeek.Sunday) * 2);

        int Flu(int month) => visits.Count(visit => visit.EventTime.Month == month && (string?)visit["diagnosis"] == "Influenza");
        Flu(1).ShouldBeGreaterThan(10 * Math.Max(1, Flu(7)));
        visits.GroupBy(visit => visit.EventTime.Date).Count().ShouldBeGreaterThanOrEqualTo(364);
        visits.Select(visit => (string?)visit["diagnosis"]).Distinct().Count().ShouldBeGreaterThan(35);
    }

    [Fact]
    public void Lives_end_in_the_promised_shares()
    {
        var settled = Settled();
        var bills = settled.Where(rows => rows[^1].Table.Name == "billing_payments").ToList();
        var prescriptions = settled.Where(rows => rows[0].Table.Name == "prescriptions").ToList();
        var visits = settled.Where(rows => rows[0].Table.Name == "visits").ToList();

        bills.ShouldAllBe(rows => (string)rows[0]["payment_status"]! == "Pending");
        Share(bills, rows => (string)rows[^1]["payment_status"]! == "Paid").ShouldBeInRange(0.90, 0.96);
        Share(bills, rows => (string)rows[^1]["payment_status"]! == "Unpaid").ShouldBeInRange(0.03, 0.08);
        Share(bills, rows => rows.Any(row => (string)row["payment_status"]! == "Unpaid") && (string)rows[^1]["payment_status"]! == "Paid").ShouldBeInRange(0.02, 0.06);
        Share(visits, rows => !rows[0]["total_cost"]!.Equals(rows[^1]["total_cost"])).ShouldBeInRange(0.04, 0.07);
        Share(visits, rows => (string)rows[0]["diagnosis"]! != (string)rows[^1]["diagnosis"]!).ShouldBeInRange(0.001, 0.02);
        Share(prescriptions, rows => rows[^1].Type == EventType.Deleted).ShouldBeInRange(0.012, 0.03);
        Share(prescriptions, rows => rows[^1].Type == EventType.Upsert && rows[^1]["stopped_at"] is not null).ShouldBeInRange(0.07, 0.11);
        ((double)prescriptions.Count / visits.Count).ShouldBeInRange(0.7, 1.6);
    }

    [Fact]
    public void Bills_end_as_their_visits_cost()
    {
        var settled = Settled();
        var costs = settled.Where(rows => rows[0].Table.Name == "visits").ToDictionary(rows => rows[0].Key, rows => (decimal)rows[^1]["total_cost"]!);
        var bills = settled.Where(rows => rows[0].Table.Name == "billing_payments").Where(rows => costs.ContainsKey((long)rows[0]["visit_id"]!)).ToList();

        bills.Count.ShouldBeGreaterThan(15_000);
        bills.Count(rows => (decimal)rows[^1]["total_amount"]! != costs[(long)rows[^1]["visit_id"]!]).ShouldBe(0);
    }

    [Fact]
    public void Patients_move_and_change_insurer_doctors_gain_years_and_prices_change()
    {
        var byRow = Stream.Value.Select(item => item.Event).GroupBy(value => (value.Table.Name, value.Key)).ToDictionary(group => group.Key, group => group.ToList());
        var patients = byRow.Where(row => row.Key.Name == "patients" && row.Value.Count > 1).Select(row => row.Value).ToList();

        patients.Count(rows => !rows.Zip(rows.Skip(1)).All(pair =>
            !pair.First["contact_info"]!.Equals(pair.Second["contact_info"]) ^ !pair.First["insurance_id"]!.Equals(pair.Second["insurance_id"]))).ShouldBe(0);
        patients.Count(rows => !rows[0]["contact_info"]!.Equals(rows[1]["contact_info"])).ShouldBeGreaterThan(300);
        patients.Count(rows => !rows[0]["insurance_id"]!.Equals(rows[1]["insurance_id"])).ShouldBeGreaterThan(300);
        byRow.Where(row => row.Key.Name == "doctors").ShouldAllBe(row => (int)row.Value[1]["experience_years"]! == (int)row.Value[0]["experience_years"]! + 1);
        byRow.Where(row => row.Key.Name == "medicines").Count(row => row.Value.Select(value => value["price"]).Distinct().Count() > 1).ShouldBeGreaterThan(30);
    }

    [Fact]
    public void Short_runs_show_payments_corrections_and_ends_too()
    {
        var firstHour = Stream.Value.Where(item => !item.IsHistory).Take(18_000).Select(item => item.Event).ToList();

        firstHour.Count(value => value.Table.Name == "billing_payments" && (string)value["payment_status"]! == "Paid").ShouldBeGreaterThan(500);
        firstHour.Count(value => value.Table.Name == "billing_payments" && (string)value["payment_status"]! == "Unpaid").ShouldBeGreaterThan(20);
        firstHour.Count(value => value.Type == EventType.Deleted).ShouldBeGreaterThan(10);
        firstHour.Count(value => value.Table.Name == "prescriptions" && value.Type == EventType.Upsert && value["stopped_at"] is not null).ShouldBeGreaterThan(30);
        firstHour.Count(value => value.Table.Name == "patients").ShouldBeGreaterThan(300);
    }

    [Fact]
    public void No_life_lasts_longer_than_what_a_resumption_looks_back()
    {
        var calendar = new VisitCalendar(Settings);
        var population = new Population(Settings);
        var life = new VisitLife(Settings, calendar, population, new Staff(Settings));
        for (var visit = 0; visit < 60_000; visit++)
        {
            life.Fill(visit);
            var arrival = calendar.Arrival(visit);

            life.Steps.Count.ShouldBeLessThan(32);
            life.Steps.All(step => step.At >= arrival && step.At - arrival < VisitLife.LongestMicros).ShouldBeTrue();
            calendar.FirstNear(arrival).ShouldBeLessThanOrEqualTo(visit);
            calendar.Arrival(visit + 1).ShouldBeGreaterThanOrEqualTo(arrival);
        }
    }

    /// <summary>Rows whose every life step lies in the history, each as its events in order.</summary>
    private static List<List<HospitalEvent>> Settled()
    {
        var end = new HospitalSimulation(Settings).LiveFrom.AddDays(-47);
        return [.. Stream.Value.Select(item => item.Event)
            .Where(value => value.Table.Name is "visits" or "billing_payments" or "prescriptions")
            .GroupBy(value => (value.Table.Name, value.Key))
            .Where(group => group.First().EventTime < end)
            .Select(group => group.ToList())];
    }

    private static double Share(List<List<HospitalEvent>> rows, Func<List<HospitalEvent>, bool> which) => (double)rows.Count(which) / rows.Count;
}
