using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Warehouse.Loading;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Warehouse;

public sealed class RefusalRunTests
{
    private const int Most = 3;

    private static readonly TableDescription Visits = HospitalSchema.Visits;

    private static ReadRecord Refused { get; } = new() { RefusedColumn = "total_cost", Poison = new ChangeRejection(RejectionCodes.WrongType, "no number") };

    [Fact]
    public void A_table_stops_at_so_many_rows_refused_for_one_column_and_says_what_can_be_done()
    {
        var run = Started();
        run.Note(Refused);
        run.Note(new ReadRecord { RefusedColumn = "visit_date" });
        run.Note(Refused);
        run.Note(Refused);

        var stopped = Should.Throw<TableStoppedException>(() => run.Note(Refused));

        stopped.Topic.ShouldBe("postgres-source.public.visits");
        stopped.Message.ShouldContain("ALTER TABLE hospital.visits ALTER COLUMN total_cost TYPE text;");
    }

    [Fact]
    public void A_row_with_a_value_in_that_column_ends_the_run_and_one_without_does_not()
    {
        var run = Started();
        run.Note(Refused);
        run.Note(Refused);
        run.Note(Read(cost: 12.5m));
        run.Note(Refused);
        run.Note(Refused);
        run.Note(Read(cost: null));
        run.Note(new ReadRecord());

        Should.Throw<TableStoppedException>(() => run.Note(Refused));
    }

    [Fact]
    public void What_a_load_counted_is_forgotten_unless_it_took_effect()
    {
        var run = Started();
        run.Note(Refused);
        run.Note(Refused);
        run.Begin();
        run.Note(Refused);
        run.Note(Refused);
        run.Committed();
        run.Begin();

        Should.Throw<TableStoppedException>(() => run.Note(Refused));
    }

    [Fact]
    public void Another_key_has_no_column_to_alter_and_nothing_stops_where_that_is_asked_for()
    {
        var run = new RefusalRun(Visits, most: 1, Choice);
        Should.Throw<TableStoppedException>(() => run.Note(new ReadRecord { RefusedColumn = "visit_id" })).Message.ShouldNotContain("ALTER");

        var never = new RefusalRun(Visits, most: 0, Choice);
        for (var i = 0; i < 1_000; i++)
        {
            Should.NotThrow(() => never.Note(Refused));
        }
    }

    private static string Choice(string column) => $"ALTER it: {column}";

    private static RefusalRun Started()
    {
        var run = new RefusalRun(Visits, Most, Choice);
        run.Begin();
        return run;
    }

    private static ReadRecord Read(decimal? cost)
    {
        var values = new object?[Visits.Columns.Length];
        values[Visits.Columns.IndexOf(Visits.Required("total_cost"))] = cost;
        return new ReadRecord { Change = new RowChange(1, ChangeAct.Update, new Lsn(1), 1, 0, 0, null, values) };
    }
}
