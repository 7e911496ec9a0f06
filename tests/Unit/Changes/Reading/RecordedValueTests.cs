using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Changes.Reading;
using HospitalStreaming.Core.Domain.Sources;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Changes.Reading;

/// <summary>Every type of the vector schema, out of every recorded configuration: the value PostgreSQL has, but for what the configuration's encoding loses.</summary>
public sealed class RecordedValueTests
{
    private static readonly Dictionary<(int Row, string Column), string> Truth = new()
    {
        [(1, "id")] = "1",
        [(1, "c_smallint")] = "32767",
        [(1, "c_int")] = "2147483647",
        [(1, "c_bigint")] = "9223372036854775807",
        [(1, "c_real")] = "1.5",
        [(1, "c_double")] = "0.1",
        [(1, "c_numeric_10_2")] = "12345678.90",
        [(1, "c_numeric")] = "123456789012345678901234567890.123456789",
        [(1, "c_money")] = "1234.56",
        [(1, "c_bool")] = "true",
        [(1, "c_char")] = "ab   ",
        [(1, "c_varchar")] = "varchar",
        [(1, "c_text")] = "text with \"quotes\", \\ and 𝄞",
        [(1, "c_bytea")] = "\\xdeadbeef00",
        [(1, "c_date")] = "2026-11-21",
        [(1, "c_time")] = "23:59:59.123456",
        [(1, "c_time3")] = "12:00:00.5",
        [(1, "c_timetz")] = "05:00:00+00",
        [(1, "c_timestamp")] = "2026-11-21 12:34:56.789012",
        [(1, "c_timestamp3")] = "2026-11-21 12:34:56.789",
        [(1, "c_timestamptz")] = "2026-11-21 05:34:56.789012+00",
        [(1, "c_interval")] = "P1Y2M3DT4H5M6.789S",
        [(1, "c_uuid")] = "123e4567-e89b-12d3-a456-426614174000",
        [(1, "c_json")] = """{"a": 1,  "b":[true,null]}""",
        [(1, "c_jsonb")] = """{"a": null, "b": [1.50, "x"]}""",
        [(1, "c_xml")] = "<a>1</a>",
        [(1, "c_inet")] = "10.0.0.1",
        [(1, "c_cidr")] = "10.0.0.0/8",
        [(1, "c_macaddr")] = "08:00:2b:01:02:03",
        [(1, "c_bit")] = "101",
        [(1, "c_bit1")] = "1",
        [(1, "c_varbit")] = "1101",
        [(1, "c_point")] = "(1.5,-2)",
        [(1, "c_int_array")] = "{1,NULL,3}",
        [(1, "c_text_array")] = """{a,"b,c",NULL,""}""",
        [(1, "c_numeric_array")] = "{1.25,2.50}",
        [(1, "c_date_array")] = "{2026-01-01,1969-12-31}",
        [(1, "c_enum")] = "amber",
        [(1, "c_domain")] = "MRN42",
        [(1, "c_hstore")] = """{"k":"v","n":null}""",
        [(1, "c_int4range")] = "[1,5)",
        [(1, "c_tstzrange")] = "[\"2026-01-01 00:00:00+00\",)",
        [(1, "c_oid")] = "26",
        [(2, "id")] = "2",
        [(3, "id")] = "3",
        [(3, "c_smallint")] = "-32768",
        [(3, "c_int")] = "-2147483648",
        [(3, "c_bigint")] = "-9223372036854775808",
        [(3, "c_real")] = "NaN",
        [(3, "c_double")] = "-Infinity",
        [(3, "c_numeric_10_2")] = "-99999999.99",
        [(3, "c_numeric")] = "0",
        [(3, "c_date")] = "-infinity",
        [(3, "c_timestamp")] = "infinity",
        [(3, "c_timestamptz")] = "-infinity",
        [(4, "id")] = "4",
        [(4, "c_numeric")] = "NaN",
        [(5, "id")] = "5",
        [(5, "c_date")] = "9999-12-31",
        [(5, "c_timestamp")] = "9999-12-31 23:59:59.999999",
        [(5, "c_timestamptz")] = "0001-01-01 00:00:00+00",
    };

    /// <summary>What an encoding loses, and what is left: the table of docs/types.md.</summary>
    private static readonly Dictionary<(string Configuration, int Row, string Column), string> Lost = new()
    {
        [("defaults", 1, "c_interval")] = "PT37091106.789000S",
        [("schemas", 1, "c_interval")] = "PT37091106.789000S",
        [("unwrapped", 1, "c_interval")] = "PT37091106.789000S",
        [("double-connect", 1, "c_numeric")] = "123456789012345680000000000000",
        [("unwrapped", 1, "c_numeric")] = "123456789012345680000000000000",
        [("double-connect", 1, "c_time")] = "23:59:59.123",
        [("unwrapped", 1, "c_time")] = "23:59:59.123",
        [("double-connect", 1, "c_timestamp")] = "2026-11-21 12:34:56.789",
        [("unwrapped", 1, "c_timestamp")] = "2026-11-21 12:34:56.789",
        [("double-connect", 5, "c_timestamp")] = "9999-12-31 23:59:59.999",
        [("unwrapped", 5, "c_timestamp")] = "9999-12-31 23:59:59.999",
    };

    public static TheoryData<string> Configurations => [.. AllTypes.Configurations];

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Every_recorded_value_is_the_sources_own_but_for_what_its_encoding_loses(string configuration)
    {
        var table = AllTypes.Describe(AllTypes.Modes(configuration));
        var reader = new SourceValueReader(table.Modes);
        var rows = new HashSet<int>();
        foreach (var message in Vectors.Read($"debezium/{configuration}.jsonl").Where(message => message.Topic.EndsWith(".all_types", StringComparison.Ordinal)))
        {
            var change = ChangeEnvelopeReader.Read(message.Key, message.Value);
            if (change.After is not { } after)
            {
                continue;
            }

            var row = after.GetProperty("id").GetInt32();
            rows.Add(row);
            foreach (var column in table.Columns)
            {
                var read = reader.Read(after.GetProperty(column.Name), column.Type);
                var expected = Lost.GetValueOrDefault((configuration, row, column.Name)) ?? Truth.GetValueOrDefault((row, column.Name));
                read.Value.ShouldBe(expected, $"{configuration}, row {row}, {column.Name}: {read.Rejection?.Detail}");
                read.State.ShouldBe(expected is null ? ColumnState.Null : ColumnState.Value);
            }
        }

        rows.Order().ShouldBe(configuration is "defaults" or "schemas" ? [1, 2, 3, 5] : [1, 2, 3, 4, 5]);
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void An_untouched_large_value_is_marked(string configuration)
    {
        var reader = new SourceValueReader(AllTypes.Modes(configuration));
        var update = Vectors.Read($"debezium/{configuration}.jsonl").Where(message => message.Topic.EndsWith(".toasted", StringComparison.Ordinal))
            .Select(message => ChangeEnvelopeReader.Read(message.Key, message.Value)).First(change => change.Operation == ChangeOperation.Update);

        reader.Read(update.After!.Value.GetProperty("document"), SourceType.Parse("text")).State.ShouldBe(ColumnState.Unchanged);
    }
}
