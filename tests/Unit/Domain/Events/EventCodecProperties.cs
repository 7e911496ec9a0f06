using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Events;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Domain.Events;

public sealed class EventCodecProperties
{
    private static readonly Gen<HospitalEvent> Events =
        from table in Gen.Elements(HospitalSchema.EventTables.AsEnumerable())
        from type in Gen.Elements(EventType.Upsert, EventType.Deleted)
        from hospital in Texts(50).Where(text => text.Length > 0)
        from sequence in Gen.Choose(0, int.MaxValue)
        from time in Times
        from values in Gen.CollectToArray(table.Columns.AsEnumerable(), ValueOf)
        select new HospitalEvent(
            string.Create(CultureInfo.InvariantCulture, $"h1-{sequence:D12}"), hospital, time, type, table, WithEnvelope(table, values, hospital, time));

    [Fact]
    public void What_is_encoded_decodes_to_the_same_event()
    {
        using var encoder = new EventEncoder();
        Prop.ForAll(Arb.From(Events), sent =>
        {
            var bytes = encoder.Encode(sent);
            var decoded = EventDecoder.Decode(sent.Table.Topic!, EventEncoder.EncodeKey(sent.Key), bytes);
            return (decoded.Event == sent && encoder.Encode(decoded.Event!).AsSpan().SequenceEqual(bytes))
                .Label($"{decoded.Rejection?.Reason} {decoded.Rejection?.Detail} {Encoding.UTF8.GetString(bytes)}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    [Fact]
    public void No_bytes_make_the_decoder_throw()
    {
        using var encoder = new EventEncoder();
        var mutated =
            from sent in Events
            from cuts in Gen.ListOf(Gen.Choose(0, 100_000), 4)
            from bytes in Gen.ListOf(Gen.Elements("{}[]\",:\\u0dD\0\uD7FF\x7F9e-.+ "u8.ToArray().Append((byte)0xFF).Append((byte)0xC3)), 4)
            select (sent.Table.Topic!, sent.Key, Damage(encoder.Encode(sent), cuts, bytes));
        Prop.ForAll(Arb.From(mutated), record =>
        {
            var decoded = EventDecoder.Decode(record.Item1, EventEncoder.EncodeKey(record.Key), record.Item3);
            return decoded.Accepted ? decoded.Event.Key == record.Key : decoded.Rejection.Detail.Length > 0;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));
    }

    [Fact]
    public void Money_is_written_with_two_decimals()
    {
        using var encoder = new EventEncoder();
        var table = HospitalSchema.Medicines;
        object?[] values = [7L, "Aspirin", null, null, 5m, null, null];

        var text = Encoding.UTF8.GetString(encoder.Encode(
            new HospitalEvent("h1-000000000001", "h1", DateTimeOffset.UnixEpoch, EventType.Upsert, table, [.. values])));

        text.ShouldBe(
            """{"event_id":"h1-000000000001","hospital_id":"h1","event_time":"1970-01-01T00:00:00.000000Z","schema_version":1,"event_type":"upsert","medicine_id":7,"name":"Aspirin","category":null,"manufacturer":null,"price":5.00}""");
    }

    [Fact]
    public void The_encoder_refuses_money_it_would_have_to_round()
    {
        using var encoder = new EventEncoder();
        object?[] values = [7L, "Aspirin", null, null, 5.001m, null, null];

        Should.Throw<ArgumentException>(() => encoder.Encode(
            new HospitalEvent("h1-1", "h1", DateTimeOffset.UnixEpoch, EventType.Upsert, HospitalSchema.Medicines, [.. values])));
    }

    private static Gen<DateTimeOffset> Times =>
        from seconds in Gen.Choose(-2_000_000_000, 2_000_000_000)
        from micros in Gen.Choose(0, 999_999)
        select DateTimeOffset.UnixEpoch.AddSeconds(seconds).AddMicroseconds(micros);

    private static Gen<object?> ValueOf(ColumnDescription column)
    {
        Gen<object?> some = column.Kind switch
        {
            ColumnKind.Int64 => Gen.Elements(0L, 1L, -1L, 1001L, long.MaxValue, long.MinValue).Select(value => (object?)value),
            ColumnKind.Int32 => Gen.Elements(0, 40, int.MaxValue, int.MinValue).Select(value => (object?)value),
            ColumnKind.Numeric => Gen.Choose(-999_999_999, 999_999_999).Select(cents => (object?)(cents / 10m * 10m * 0.01m)),
            ColumnKind.Date => Gen.Choose(1, 3_652_056).Select(day => (object?)DateOnly.FromDayNumber(day)),
            ColumnKind.TimestampTz => Times.Select(time => (object?)time),
            _ => Texts(column.MaxLength ?? 100).Select(text => (object?)text),
        };
        return column.Nullable ? Gen.Frequency((1, Gen.Constant((object?)null)), (6, some)) : some;
    }

    private static Gen<string> Texts(int limit) =>
        from size in Gen.Choose(0, limit)
        from parts in Gen.ArrayOf(Gen.Elements("a", "Z", "é", "漢", "😀", "\"", "\\", "/", "<", "\n", "\u0001", "\u2028", " "), size)
        select string.Concat(parts);

    private static ImmutableArray<object?> WithEnvelope(TableDescription table, object?[] values, string hospital, DateTimeOffset time)
    {
        values[^2] = hospital;
        values[^1] = time;
        table.Columns[^2].Name.ShouldBe("hospital_id");
        return [.. values];
    }

    private static byte[] Damage(byte[] value, IEnumerable<int> at, IEnumerable<byte> with)
    {
        var damaged = value.ToArray();
        foreach (var (place, replacement) in at.Zip(with))
        {
            damaged[place % damaged.Length] = replacement;
        }

        return damaged;
    }
}
