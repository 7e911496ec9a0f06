namespace HospitalStreaming.Core.Naming;

/// <summary>Schemas (PostgreSQL) or data sets (BigQuery) of the warehouse, from one prefix, so that dbt's default naming gives the same.</summary>
/// <param name="Prefix">Seed 003's data set name by default.</param>
public sealed record WarehouseNames(string Prefix = "hospital")
{
    /// <summary>One row a change.</summary>
    public string Raw => Prefix + "_raw";

    /// <summary>One row a key, under the tables' own names.</summary>
    public string Current => Prefix;

    /// <summary>Views over current for BI tools.</summary>
    public string Views => Prefix + "_views";

    /// <summary>Claims, watermarks, signals, model runs.</summary>
    public string Line => Prefix + "_line";

    /// <summary>dbt's staging layer.</summary>
    public string Staging => Prefix + "_staging";

    /// <summary>dbt's intermediate layer.</summary>
    public string Intermediate => Prefix + "_intermediate";

    /// <summary>dbt's marts layer.</summary>
    public string Marts => Prefix + "_marts";

    /// <summary>Where `hospital rebuild` makes this warehouse anew.</summary>
    public WarehouseNames Beside => new(Prefix + "_rebuild") { InPlace = this };

    /// <summary>Of one that is made beside another: that one. What somebody is told to do is done there.</summary>
    public WarehouseNames? InPlace { get; private init; }
}
