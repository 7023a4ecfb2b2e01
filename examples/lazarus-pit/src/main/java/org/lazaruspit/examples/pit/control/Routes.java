package org.lazaruspit.examples.pit.control;

import java.util.ArrayList;
import java.util.List;

/** Everything that the running daemon can be asked and told. */
public final class Routes {

  private Routes() {}

  public static List<Route> of(CurrentPit running, Route... others) {
    List<Route> routes = new ArrayList<>();
    routes.add(
        Route.open("/livez", request -> Response.of(200, "text/plain", new byte[] {'o', 'k'})));
    routes.add(Route.get("/api/status", request -> Response.json(StatusJson.of(running))));
    routes.add(
        Route.get(
            "/api/revivals/{id}",
            request ->
                Response.json(
                    RevivalJson.story(running.work().pit().engine(), request.variable("id")))));
    routes.addAll(OrderRoutes.of(running));
    routes.addAll(List.of(others));
    return routes;
  }
}
