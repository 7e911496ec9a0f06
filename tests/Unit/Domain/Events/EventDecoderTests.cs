using System.Text;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Events;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Domain.Events;

public sealed class EventDecoderTests
{
    private const string Envelope =
        """{"event_id":"h1-000000000042","hospital_id":"h1","event_time":"2025-07-01T10:30:00.123456Z","schema_version":1,"event_type":"upsert",""";

    private const string Rest = "\"visit_id\":1001,\"patient_id\":1,\"doctor_id\":2,\"visit_date\":\"2025-07-01T10:30:00Z\",\"diagnosis\":\"Flu\",";

    [Fact]
    public void Takes_a_visit_as_it_was_sent()
    {
        var decoded = Visit("\"total_cost\":150.50");

        var taken = decoded.Event.ShouldNotBeNull(decoded.Rejection?.Detail);
        taken.EventId.ShouldBe("h1-000000000042");
        taken.Type.ShouldBe(EventType.Upsert);
        taken.Key.ShouldBe(1001);
        taken["patient_id"].ShouldBe(1L);
        taken["total_cost"].ShouldBe(150.50m);
        taken["visit_date"].ShouldBe(new DateTimeOffset(2025, 7, 1, 10, 30, 0, TimeSpan.Zero));
        taken["hospital_id"].ShouldBe("h1");
        taken["updated_at"].ShouldBe(new DateTimeOffset(2025, 7, 1, 10, 30, 0, TimeSpan.Zero).AddMicroseconds(123456));
        taken.Values.Length.ShouldBe(HospitalSchema.Visits.Columns.Length);
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("12", "12")]
    [InlineData("12.5", "12.5")]
    [InlineData("12.500", "12.5")]
    [InlineData("1.25e2", "125")]
    [InlineData("12500e-2", "125")]
    [InlineData("-3.07", "-3.07")]
    [InlineData("\"99999999.99\"", "99999999.99")]
    [InlineData("0e99999", "0")]
    public void Takes_money_exactly(string sent, string meant) =>
        Visit($"\"total_cost\":{sent}").Event.ShouldNotBeNull()["total_cost"].ShouldBe(decimal.Parse(meant, System.Globalization.CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("12.505", RejectionReasons.WrongType)]
    [InlineData("0.00000000000000000000000000000000000000000000001", RejectionReasons.WrongType)]
    [InlineData("99999999.990000000000000000000000000000001", RejectionReasons.WrongType)]
    [InlineData("1e-99999", RejectionReasons.WrongType)]
    [InlineData("100000000", RejectionReasons.OutOfRange)]
    [InlineData("1e8", RejectionReasons.OutOfRange)]
    [InlineData("1e99999", RejectionReasons.OutOfRange)]
    [InlineData("\"NaN\"", RejectionReasons.WrongType)]
    [InlineData("\"\"", RejectionReasons.WrongType)]
    [InlineData("\"1,5\"", RejectionReasons.WrongType)]
    [InlineData("\"01\"", RejectionReasons.WrongType)]
    [InlineData("true", RejectionReasons.WrongType)]
    [InlineData("{}", RejectionReasons.WrongType)]
    public void Refuses_money_that_would_be_rounded_or_does_not_fit(string sent, string reason) =>
        Visit($"\"total_cost\":{sent}").Rejection.ShouldNotBeNull().Reason.ShouldBe(reason);

    [Theory]
    [InlineData("\"visit_id\":1001", "\"visit_id\":\"1001\"", RejectionReasons.WrongType)]
    [InlineData("\"visit_id\":1001", "\"visit_id\":1001.5", RejectionReasons.WrongType)]
    [InlineData("\"visit_id\":1001", "\"visit_id\":9223372036854775808", RejectionReasons.OutOfRange)]
    [InlineData("\"visit_id\":1001", "\"visit_id\":null", RejectionReasons.MissingField)]
    [InlineData("\"visit_id\":1001", "\"visit_number\":1001", RejectionReasons.MissingField)]
    [InlineData("\"visit_id\":1001", "\"visit_id\":1002", RejectionReasons.KeyMismatch)]
    [InlineData("\"patient_id\":1", "\"visit_id\":1001", RejectionReasons.DuplicateField)]
    [InlineData("\"patient_id\":1", "\"other\":[[1]],\"other\":2", RejectionReasons.DuplicateField)]
    [InlineData("\"Flu\"", "\"Fl\\u0000u\"", RejectionReasons.BadText)]
    [InlineData("\"Flu\"", "\"\\ud83d\"", RejectionReasons.BadText)]
    [InlineData("\"diagnosis\"", "\"\\ud83d\"", RejectionReasons.BadText)]
    [InlineData("\"Flu\"", "7", RejectionReasons.WrongType)]
    [InlineData("\"Flu\"", "\"Flu", RejectionReasons.BadJson)]
    [InlineData("\"2025-07-01T10:30:00Z\"", "\"2025-07-01T10:30:00\"", RejectionReasons.WrongType)]
    [InlineData("\"2025-07-01T10:30:00Z\"", "\"2025-02-29T10:30:00Z\"", RejectionReasons.WrongType)]
    [InlineData("\"2025-07-01T10:30:00Z\"", "\"2025-07-01T10:30:00.1234567Z\"", RejectionReasons.WrongType)]
    [InlineData("\"2025-07-01T10:30:00Z\"", "\"0001-01-01T00:30:00+10:00\"", RejectionReasons.OutOfRange)]
    [InlineData("\"2025-07-01T10:30:00Z\"", "\"9999-12-31T23:30:00Z\"", RejectionReasons.OutOfRange)]
    [InlineData("\"schema_version\":1", "\"schema_version\":2", RejectionReasons.UnknownSchemaVersion)]
    [InlineData("\"schema_version\":1", "\"schema_version\":\"1\"", RejectionReasons.WrongType)]
    [InlineData("\"schema_version\":1", "\"version\":1", RejectionReasons.MissingField)]
    [InlineData("\"upsert\"", "\"insert\"", RejectionReasons.UnknownEventType)]
    [InlineData("\"upsert\"", "null", RejectionReasons.MissingField)]
    [InlineData("\"hospital_id\":\"h1\",", "", RejectionReasons.MissingField)]
    [InlineData("\"hospital_id\":\"h1\"", "\"hospital_id\":\"\"", RejectionReasons.MissingField)]
    [InlineData("\"event_id\":\"h1-000000000042\",", "", RejectionReasons.MissingField)]
    [InlineData("2025-07-01T10:30:00.123456Z", "yesterday", RejectionReasons.WrongType)]
    public void Says_what_is_wrong(string good, string bad, string reason)
    {
        var whole = Envelope + Rest + "\"total_cost\":1.00}";
        whole.ShouldContain(good);

        var decoded = Decode("topic_visits", "1001", whole.Replace(good, bad, StringComparison.Ordinal));

        decoded.Accepted.ShouldBeFalse();
        decoded.Rejection.ShouldNotBeNull().Reason.ShouldBe(reason, decoded.Rejection!.Detail);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("{} {}")]
    [InlineData("{\"a\":1,}")]
    public void Refuses_what_is_not_one_object(string value)
    {
        var decoded = Decode("topic_visits", "1001", value);

        decoded.Rejection.ShouldNotBeNull().Reason.ShouldBe(RejectionReasons.BadJson);
    }

    [Fact]
    public void Refuses_depth_bombs_size_bombs_and_bytes_that_are_no_text()
    {
        Decode("topic_visits", "1", Envelope + "\"x\":" + new string('[', 100_000)).Rejection!.Reason.ShouldBe(RejectionReasons.BadJson);
        Decode("topic_visits", "1", new string(' ', EventDecoder.DefaultMaxBytes + 1)).Rejection!.Reason.ShouldBe(RejectionReasons.TooLarge);
        EventDecoder.Decode("topic_visits", "1"u8.ToArray(), [0x7B, 0xC3, 0x28, 0x7D]).Rejection!.Reason.ShouldBe(RejectionReasons.BadUtf8);
        EventDecoder.Decode("topic_visits", null, "{}"u8.ToArray()).Rejection!.Reason.ShouldBe(RejectionReasons.NullKey);
        EventDecoder.Decode("topic_visits", "1"u8.ToArray(), null).Rejection!.Reason.ShouldBe(RejectionReasons.NullValue);
        EventDecoder.Decode("topic_other", "1"u8.ToArray(), "{}"u8.ToArray()).Rejection!.Reason.ShouldBe(RejectionReasons.UnknownTopic);
    }

    [Fact]
    public void Counts_characters_as_PostgreSQL_does()
    {
        Patient("\"gender\":\"" + string.Concat(Enumerable.Repeat("😀", 10)) + "\"").Accepted.ShouldBeTrue();
        Patient("\"gender\":\"" + string.Concat(Enumerable.Repeat("😀", 11)) + "\"").Rejection!.Reason.ShouldBe(RejectionReasons.TextTooLong);
        Patient("\"gender\":\"12345678901\"").Rejection!.Reason.ShouldBe(RejectionReasons.TextTooLong);
    }

    [Fact]
    public void Takes_absent_and_null_columns_and_unknown_fields()
    {
        var patient = Patient("\"gender\":null,\"allergies\":{\"deep\":[1,2]}").Event.ShouldNotBeNull();

        patient["gender"].ShouldBeNull();
        patient["date_of_birth"].ShouldBeNull();
    }

    [Fact]
    public void Takes_a_deletion_with_nothing_but_its_key()
    {
        var deleted = Decode("topic_visits", "1001", Envelope.Replace("upsert", "deleted", StringComparison.Ordinal) + "\"visit_id\":1001}");

        deleted.Event.ShouldNotBeNull().Type.ShouldBe(EventType.Deleted);
        deleted.Event.Key.ShouldBe(1001);
        Decode("topic_visits", "1001", Envelope.Replace("upsert", "deleted", StringComparison.Ordinal) + "\"patient_id\":1}")
            .Rejection!.Reason.ShouldBe(RejectionReasons.MissingField);
    }

    [Theory]
    [InlineData("2025-07-01T12:30:00.5+02:00")]
    [InlineData("2025-07-01T10:30:00.500000Z")]
    [InlineData("2025-07-01T10:30:00.500000000Z")]
    [InlineData("2025-07-01 05:00:00.50-05:30")]
    public void Reads_any_zone_as_the_same_instant(string time)
    {
        var whole = Envelope + Rest.Replace("2025-07-01T10:30:00Z", time, StringComparison.Ordinal) + "\"total_cost\":1}";

        Decode("topic_visits", "1001", whole).Event.ShouldNotBeNull()["visit_date"]
            .ShouldBe(new DateTimeOffset(2025, 7, 1, 10, 30, 0, 500, TimeSpan.Zero));
    }

    [Fact]
    public void Details_never_hold_values()
    {
        var secret = "Jane Q Secret";
        string[] bodies =
        [
            $"\"gender\":\"{secret}\"", $"\"date_of_birth\":\"{secret}\"", $"\"{secret}\":1,\"{secret}\":2", $"\"blood_type\":\"{secret}\"",
            $"\"full_name\":{{\"{secret}\":1}}", $"\"full_name\":\"{secret}",
        ];

        foreach (var body in bodies)
        {
            Patient(body).Rejection.ShouldNotBeNull().Detail.ShouldNotContain("Secret");
        }
    }

    private static DecodedEvent Visit(string cost) => Decode("topic_visits", "1001", Envelope + Rest + cost + "}");

    private static DecodedEvent Patient(string fields) => Decode("topic_patients", "7", Envelope + "\"patient_id\":7," + fields + "}");

    private static DecodedEvent Decode(string topic, string key, string value) =>
        EventDecoder.Decode(topic, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));
}
