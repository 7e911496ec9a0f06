namespace HospitalStreaming.Core.Changes;

/// <summary>Debezium's decimal.handling.mode: how numeric and money travel.</summary>
public enum DecimalHandlingMode
{
    /// <summary>string: decimal text, exact. The line's own.</summary>
    String,

    /// <summary>precise (Debezium's default): base64 of the unscaled value, big-endian two's complement; the scale is the column's.</summary>
    Precise,

    /// <summary>double: a JSON number, as near as a double gets.</summary>
    Double,
}
