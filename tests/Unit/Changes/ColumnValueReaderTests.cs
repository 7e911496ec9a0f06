using System.Globalization;
using System.Numerics;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Changes;

public sealed class ColumnValueReaderTests
{
    private static readonly ColumnDescription Money = HospitalSchema.Visits.Required("total_cost");
    private static readonly ColumnDescription Instant = HospitalSchema.Visits.Required("visit_date");
    private static readonly ColumnDescription Date = HospitalSchema.Patients.Required("date_of_birth");
    private static readonly ColumnDescription Text = HospitalSchema.Visits.Required("diagnosis");
    private static readonly ColumnDescription Id = HospitalSchema.Visits.Required("visit_id");
    private static readonly ColumnDescription Years = HospitalSchema.Doctors.Required("experience_years");

    [Fact]
    public void Three_configurations_of_one_row_give_equal_values()
    {
        var strings = Visits("debezium/string-decimals.jsonl", new(DecimalHandlingMode.String, TimePrecisionMode.IsoString));
        Visits("debezium/defaults.jsonl", new(DecimalHandlingMode.Precise, TimePrecisionMode.Adaptive)).ShouldBe(strings);
        var doubles = Visits("debezium/double-connect.jsonl", new(DecimalHandlingMode.Double, TimePrecisionMode.Connect));
        doubles.Select(row => row.Cost).ShouldBe(strings.Select(row => row.Cost));
        doubles.Select(row => row.Day).ShouldBe(strings.Select(row => row.Day));
        strings.ShouldContain(row => (decimal?)row.Cost == 250.01m);
        strings.ShouldContain(row => row.Cost == null);
    }

    [Fact]
    public void Untouched_large_values_are_marked_and_never_null()
    {
        var update = Vectors.Read("debezium/defaults.jsonl").Where(message => message.Topic.EndsWith(".toasted", StringComparison.Ordinal))
            .Select(message => ChangeEnvelopeReader.Read(message.Key, message.Value)).First(change => change.Operation == ChangeOperation.Update);
        var document = new ColumnDescription("document", ColumnKind.Text, PrivacyClass.Clinical, "text");
        ColumnValueReader.Line.Read(update.After!.Value, document).State.ShouldBe(ColumnState.Unchanged);
    }

    [Theory]
    [InlineData("\"\"", false)]
    [InlineData("\"1e400\"", false)]
    [InlineData("\"NAN\"", false)]
    [InlineData("\"1,5\"", false)]
    [InlineData("true", false)]
    [InlineData("[1]", false)]
    [InlineData("\"-99999999.99\"", true)]
    [InlineData("12.5", true)]
    public void Decimals_fit_or_are_rejected(string json, bool fits) => State(json, Money).ShouldBe(fits ? ColumnState.Value : ColumnState.Rejected);

    [Theory]
    [InlineData("2147483648")]
    [InlineData("1.5")]
    [InlineData("\"7\"")]
    public void Integers_that_do_not_fit_are_rejected(string json) => State(json, Years).ShouldBe(ColumnState.Rejected);

    [Fact]
    public void A_64_bit_key_is_read_whole() => Value("9223372036854775807", Id).ShouldBe(long.MaxValue);

    [Fact]
    public void Infinite_dates_and_instants_are_rejected_and_the_ends_of_the_calendar_are_not()
    {
        State("-2147472691", Date).ShouldBe(ColumnState.Rejected);
        State("\"-infinity\"", Instant).ShouldBe(ColumnState.Rejected);
        State("9223372036825200000", Instant).ShouldBe(ColumnState.Rejected);
        Value("2932896", Date).ShouldBe(new DateOnly(9999, 12, 31));
        Value("-719162", Date).ShouldBe(new DateOnly(1, 1, 1));
        Value("\"0001-01-01T00:00:00.000000Z\"", Instant).ShouldBe(DateTimeOffset.MinValue);
        Value("253402300799999999", Instant).ShouldBe(new DateTimeOffset(9999, 12, 31, 23, 59, 59, 999, 999, TimeSpan.Zero));
    }

    [Fact]
    public void Null_missing_and_rejected_differ()
    {
        ColumnValueReader.Line.Read(Json("{}"), Text).State.ShouldBe(ColumnState.Missing);
        State("null", Text).ShouldBe(ColumnState.Null);
        State("5", Text).ShouldBe(ColumnState.Rejected);
        Value("\"\"", Text).ShouldBe(string.Empty);
    }

    [Fact]
    public void A_rejection_names_the_column_and_no_value() =>
        ColumnValueReader.Line.ReadValue(Json("\"secret\""), Id).Rejection!.Detail.ShouldBe("column visit_id is no Int64 but a JSON String that does not fit");

    [Fact]
    public void Every_precise_decimal_is_read_back()
    {
        var reader = new ColumnValueReader(DecimalHandlingMode.Precise, TimePrecisionMode.Adaptive);
        Prop.ForAll(ArbMap.Default.ArbFor<long>(), cents =>
        {
            var base64 = Convert.ToBase64String(new BigInteger(cents).ToByteArray(isBigEndian: true));
            return (decimal)reader.ReadValue(Json($"\"{base64}\""), Money).Value! == (decimal)cents / 100m;
        }).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void Every_decimal_text_and_number_is_read_back() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), cents =>
        {
            var amount = cents / 100m;
            var text = amount.ToString("0.00", CultureInfo.InvariantCulture);
            return (decimal)Value($"\"{text}\"", Money)! == amount && (decimal)Value(text, Money)! == amount;
        }).Check(Config.QuickThrowOnFailure);

    private static List<(object? Id, object? Date, object? Cost, DateOnly? Day)> Visits(string file, ColumnValueReader reader) =>
    [
        .. Vectors.Read(file).Where(message => message.Topic.EndsWith(".visits", StringComparison.Ordinal))
            .Select(message => ChangeEnvelopeReader.Read(message.Key, message.Value).After!.Value)
            .Select(row =>
            {
                var date = reader.Read(row, Instant);
                date.State.ShouldBe(ColumnState.Value);
                var instant = (DateTimeOffset)date.Value!;
                return (reader.Read(row, Id).Value, date.Value, reader.Read(row, Money).Value, (DateOnly?)DateOnly.FromDateTime(instant.UtcDateTime));
            }),
    ];

    private static ColumnState State(string json, ColumnDescription column) => ColumnValueReader.Line.ReadValue(Json(json), column).State;

    private static object? Value(string json, ColumnDescription column) => ColumnValueReader.Line.ReadValue(Json(json), column).Value;

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
