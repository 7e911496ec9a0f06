using HospitalStreaming.Modelling.Jinja;

namespace HospitalStreaming.Modelling.Compiling;

/// <summary>dbt's cross-database macros that the models use, with the texts dbt-postgres and dbt-bigquery give. Others are refused by name.</summary>
internal static class DbtMacros
{
    public static JinjaObject For(ModelDialect dialect)
    {
        var postgres = dialect == ModelDialect.Postgres;
        return new JinjaObject("dbt", new Dictionary<string, object?>
        {
            ["type_string"] = Constant(postgres ? "text" : "string"),
            ["type_int"] = Constant(postgres ? "integer" : "int64"),
            ["type_bigint"] = Constant(postgres ? "bigint" : "int64"),
            ["type_numeric"] = Constant(postgres ? "numeric(28,6)" : "numeric"),
            ["type_boolean"] = Constant(postgres ? "boolean" : "bool"),
            ["type_timestamp"] = Constant(postgres ? "timestamp without time zone" : "timestamp"),
            ["concat"] = (Callable)(call => string.Join(
                " || ", Values.Items(call.Need(0, "fields"), call.Place).Select(field => Values.Text(field, call.Place)))),
            ["hash"] = (Callable)(call => postgres ? $"md5(cast({Field(call)} as text))" : $"to_hex(md5(cast({Field(call)} as string)))"),
            ["listagg"] = (Callable)ListAggregate,
        });
    }

    private static string ListAggregate(CallArguments call)
    {
        if (call.Get(3, "limit_num") is not null)
        {
            throw call.Place.Problem("limit_num of dbt.listagg is not supported");
        }

        var order = call.Get(2, "order_by_clause") as string;
        return $"string_agg({call.Text(0, "measure")}, {call.Get(1, "delimiter_text", "','")}{(order is null ? string.Empty : " " + order)})";
    }

    private static string Field(CallArguments call) => Values.Text(call.Need(0, "field"), call.Place);

    private static Callable Constant(string text) => _ => text;
}
