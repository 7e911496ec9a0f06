using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Changes.Writing;
using HospitalStreaming.Core.Domain.Sources;

namespace HospitalStreaming.Tests.Unit.Changes.Reading;

/// <summary>The vector schema's table of every type, as its source's catalog describes it, and the modes of each recorded configuration.</summary>
internal static class AllTypes
{
    private static readonly string[] Printed =
    [
        "id bigint", "c_smallint smallint", "c_int integer", "c_bigint bigint", "c_real real", "c_double double precision", "c_numeric_10_2 numeric(10,2)",
        "c_numeric numeric", "c_money money", "c_bool boolean", "c_char character(5)", "c_varchar character varying(20)", "c_text text", "c_bytea bytea",
        "c_date date", "c_time time without time zone", "c_time3 time(3) without time zone", "c_timetz time with time zone",
        "c_timestamp timestamp without time zone", "c_timestamp3 timestamp(3) without time zone", "c_timestamptz timestamp with time zone",
        "c_interval interval", "c_uuid uuid", "c_json json", "c_jsonb jsonb", "c_xml xml", "c_inet inet", "c_cidr cidr", "c_macaddr macaddr", "c_bit bit(3)",
        "c_bit1 bit(1)", "c_varbit bit varying(8)", "c_point point", "c_int_array integer[]", "c_text_array text[]", "c_numeric_array numeric(6,2)[]",
        "c_date_array date[]", "c_enum triage", "c_domain character varying(12)", "c_hstore hstore", "c_int4range int4range", "c_tstzrange tstzrange", "c_oid oid",
    ];

    public static string[] Configurations { get; } = ["defaults", "string-decimals", "double-connect", "schemas", "unwrapped"];

    public static SourceTable Describe(ValueModes modes) => new(
        "public",
        "all_types",
        [.. Printed.Select(text => text.Split(' ', 2)).Select(part => new SourceColumn(part[0], SourceType.Parse(part[1], part[1] == "triage"), part[0] != "id"))],
        ["id"],
        modes);

    public static ValueModes Modes(string configuration) => configuration switch
    {
        "string-decimals" => new()
        {
            Times = TimePrecisionMode.IsoString,
            Intervals = IntervalHandlingMode.String,
            Binary = BinaryHandlingMode.Base64,
        },
        "double-connect" => new()
        {
            Decimals = DecimalHandlingMode.Double,
            Times = TimePrecisionMode.Connect,
            Intervals = IntervalHandlingMode.String,
            Binary = BinaryHandlingMode.Hex,
        },
        "unwrapped" => new() { Decimals = DecimalHandlingMode.Double, Times = TimePrecisionMode.Connect },
        _ => SourceTableDocument.Defaults,
    };
}
